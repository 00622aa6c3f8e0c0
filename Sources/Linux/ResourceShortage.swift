// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

/// A resource that a trial needs and that the system does not provide.
///
/// A trial that lacks one of them could set timeouts and then not restore them.
package enum ResourceShortage: Error, Hashable {
  /// No more processes or threads can be created.
  case processes(Errno)
  /// Not enough files can be opened.
  case files(Errno)
  /// There is not enough memory.
  case memory(Errno)
  /// A file may have only this many bytes, and the record of a trial may need more.
  case fileSize(UInt64, needed: Int)

  /// The descriptors for the lock, the record, sockets and namespaces.
  private static let files = 16
  /// The descriptors for a program with pipes: 64, together with the open ones.
  private static let filesOfProgram = 56
  /// A thread that enters a namespace, and one that has not quite ended yet, or the command.
  private static let threads = 2
  /// The threads that wait for a program, and the program.
  private static let threadsOfProgram = 10
  /// The memory, besides the stacks of threads.
  private static let memory = 16 << 20

  /// Looks for a shortage by using the resources for a moment.
  ///
  /// - Parameters:
  ///   - recordSize: How many bytes the record may have.
  ///   - isForProgram: Whether a program reads and sets the timeouts, which needs more threads and files.
  /// - Returns: The first shortage; `nil` if there is none.
  package static func find(recordSize: Int, forProgram isForProgram: Bool) -> ResourceShortage? {
    var limit = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0, limit.rlim_cur < UInt64(recordSize) {
      return .fileSize(UInt64(limit.rlim_cur), needed: recordSize)
    }
    if let errno = withFiles(isForProgram ? filesOfProgram : files) { return .files(errno) }
    let threads = isForProgram ? threadsOfProgram : threads
    // First, because a lack of memory would look like a limit of threads.
    if let shortage = ofMemory(threads) { return shortage }
    return TestThreads.create(threads).map { $0 == .noMemory ? .memory($0) : .processes($0) }
  }

  /// Looks for a shortage of the memory that running a program needs.
  package static func ofMemoryForProgram() -> ResourceShortage? { ofMemory(threadsOfProgram) }

  private static func ofMemory(_ threads: Int) -> ResourceShortage? {
    ThreadStack.shareMemory()
    return ThreadStack.shortage(of: threads, besides: memory).map { .memory($0) }
  }

  /// Opens some files and closes them.
  private static func withFiles(_ count: Int) -> Errno? {
    var opened: [CInt] = []
    defer { for descriptor in opened { close(descriptor) } }
    for _ in 0..<count {
      let descriptor = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      // Another failure is about this directory alone.
      guard descriptor >= 0 else { return [EMFILE, ENFILE].contains(errno) ? Errno(rawValue: errno) : nil }
      opened.append(descriptor)
    }
    return nil
  }
}

extension ResourceShortage: CustomStringConvertible {
  /// What to do about a shortage of memory.
  package static let memoryAdvice = "raise the limit (`ulimit -v`) or free some, then try again"

  /// The reason why a trial does not begin, and what to do.
  package var description: String {
    switch self {
    case .processes(let errno):
      "no process can be started (\(errno.description), errno \(errno.rawValue)); raise the limit"
        + " (`ulimit -u`, TasksMax= of the unit, pids.max of the control group), then try again"
    case .files(let errno):
      "too few files can be opened (\(errno.description), errno \(errno.rawValue)); raise the limit (`ulimit -n`), then"
        + " try again"
    case .memory(let errno):
      "there is too little memory (\(errno.description), errno \(errno.rawValue)); \(ResourceShortage.memoryAdvice)"
    case .fileSize(let limit, let needed):
      "a file may have at most \(limit) bytes, and the record of a trial may need \(needed); raise the limit"
        + " (`ulimit -f`), then try again"
    }
  }
}

/// Threads that do nothing, to find out if they can be created.
private enum TestThreads {
  /// Creates threads that run at the same time, and waits until they have ended.
  ///
  /// - Returns: Why one of them could not be created; `nil` if all could.
  static func create(_ count: Int) -> Errno? {
    let before = TestThreads.count
    var gate = pthread_mutex_t()
    pthread_mutex_init(&gate, nil)
    defer { pthread_mutex_destroy(&gate) }
    var threads: [pthread_t] = []
    var failure: Errno?
    withUnsafeMutablePointer(to: &gate) { gate in
      pthread_mutex_lock(gate)
      for _ in 0..<count where failure == nil {
        var thread = pthread_t()
        let result = pthread_create(&thread, nil, { TestThreads.pass($0) }, gate)
        if result == 0 { threads.append(thread) } else { failure = ThreadStack.cause(of: result) }
      }
      pthread_mutex_unlock(gate)
      for thread in threads { pthread_join(thread, nil) }
    }
    // The kernel counts a thread for a moment longer than the C library.
    _ = poll(until: .now + .seconds(1), every: .microseconds(100)) { _ in TestThreads.count == before ? true : nil }
    return failure
  }

  private static func pass(_ gate: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let gate = gate?.assumingMemoryBound(to: pthread_mutex_t.self) else { return nil }
    pthread_mutex_lock(gate)
    pthread_mutex_unlock(gate)
    return nil
  }

  /// A number that grows with that of the threads of this process; `nil` if there is no /proc.
  private static var count: UInt? {
    var file = stat()
    return stat("/proc/self/task", &file) == 0 ? UInt(file.st_nlink) : nil
  }
}
