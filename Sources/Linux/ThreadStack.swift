// SPDX-License-Identifier: Apache-2.0

internal import CSyscalls
internal import Glibc
package import SystemPackage

/// The memory for the stacks of threads.
///
/// If there is none, pthread_create(3) says EAGAIN, as it does for a limit of processes.
package enum ThreadStack {
  /// Looks for a shortage by reserving the memory for a moment.
  ///
  /// - Parameters:
  ///   - count: How many threads will run at the same time.
  ///   - memory: How much more is needed, in bytes.
  /// - Returns: Why there is not enough memory; `nil` if there is.
  package static func shortage(of count: Int, besides memory: Int = 0) -> Errno? {
    var reserved: [(start: UnsafeMutableRawPointer, size: Int)] = []
    defer { for block in reserved { munmap(block.start, block.size) } }
    for size in [memory] + Array(repeating: Int(thread_stack_size()), count: count) where size > 0 {
      guard let start = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
        start != MAP_FAILED
      else { return Errno(rawValue: errno) }
      reserved.append((start, size))
    }
    return nil
  }

  /// Why pthread_create(3) failed: `.noMemory` if there is no memory for the stack.
  static func cause(of failure: CInt) -> Errno {
    if failure == EAGAIN, let errno = shortage(of: 1) { return errno }
    return Errno(rawValue: failure)
  }

  /// The limit that keeps the system from providing a thread.
  package static func limit(_ errno: Errno) -> String {
    errno == .noMemory ? "memory (`ulimit -v`)" : "processes (`ulimit -u`, TasksMax=)"
  }

  /// Lets threads share their memory, where the memory of this process is limited.
  ///
  /// Otherwise some of them reserve 64 MiB each, and the memory for the stacks of others may be gone.
  static func shareMemory() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur != rlim_t.max else { return }
    memory_use_one_arena()
  }
}
