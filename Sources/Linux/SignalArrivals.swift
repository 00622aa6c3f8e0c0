// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Synchronization

/// The signals that arrived while they were held, in order, each once.
///
/// They are one atomic word, which a signal handler may write: seven bits for each number, the latest in the lowest
/// bits. The word is open or closed. So each signal is either noted here or does what the caller wants, whenever it
/// arrives. The word has room for nine. Another signal after nine different ones is held, and then forgotten: the
/// process ends by the first one.
enum SignalArrivals {
  private static let width = UInt64(7)
  private static let lowest = UInt64(0x7f)
  /// The word is full if one of these bits is set.
  private static let oldest = lowest << 56
  private static let closed = UInt64.max
  private static let word = Atomic<UInt64>(closed)
  private static let bell = SignalBell()

  /// Starts to note signals.
  static func open() {
    // A signal handler must not be the first to use it, which would initialise it.
    _ = bell
    word.store(0, ordering: .sequentiallyConsistent)
  }

  /// Stops noting signals.
  ///
  /// Call it after the caller's actions are restored.
  ///
  /// - Returns: The signals that arrived.
  static func close() -> [CInt] { numbers(in: word.exchange(closed, ordering: .sequentiallyConsistent)) }

  /// The signals that have arrived so far.
  static var numbers: [CInt] { numbers(in: word.load(ordering: .sequentiallyConsistent)) }

  /// Removes some of the noted signals.
  static func forget(_ forgotten: [CInt]) {
    change { word in
      numbers(in: word).filter { !forgotten.contains($0) }.reduce(0) { $0 << width | UInt64($1) }
    }
  }

  /// Notes a signal.
  ///
  /// This is the signal handler, and it can run on any thread.
  static func note(_ number: CInt) {
    let before = errno
    defer { errno = before }
    var isKnown = false
    let isOpen = change { word in
      isKnown = contains(number, word) || word & oldest != 0
      return isKnown ? word : word << width | UInt64(number)
    }
    if !isOpen {
      // The word was closed before this thread got here. The signal now does what the caller wants, so send it again.
      kill(getpid(), number)
    } else if !isKnown {
      bell.ring()
    }
  }

  /// Waits until a signal may have arrived, or until ``ring()``.
  static func wait() { bell.wait() }

  /// Wakes a thread that waits.
  static func ring() { bell.ring() }

  /// Changes the word if it is open.
  ///
  /// Returns whether it was open.
  @discardableResult
  private static func change(_ body: (UInt64) -> UInt64) -> Bool {
    var old = word.load(ordering: .sequentiallyConsistent)
    while old != closed {
      let (isExchanged, original) = word.compareExchange(
        expected: old, desired: body(old), ordering: .sequentiallyConsistent)
      if isExchanged { return true }
      old = original
    }
    return false
  }

  private static func contains(_ number: CInt, _ word: UInt64) -> Bool {
    var rest = word
    while rest != 0 {
      if rest & lowest == UInt64(number) { return true }
      rest >>= width
    }
    return false
  }

  private static func numbers(in word: UInt64) -> [CInt] {
    var numbers: [CInt] = []
    var rest = word == closed ? 0 : word
    while rest != 0 {
      numbers.append(CInt(rest & lowest))
      rest >>= width
    }
    return numbers.reversed()
  }
}

/// A semaphore, which a signal handler may raise.
///
/// It lives as long as the process.
private struct SignalBell: Sendable {
  /// The address.
  ///
  /// A pointer could not be shared between threads, and sharing is what a semaphore is for.
  private let address: UInt

  init() {
    let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    sem_init(semaphore, 0, 0)
    address = UInt(bitPattern: semaphore)
  }

  private var semaphore: UnsafeMutablePointer<sem_t>? { UnsafeMutablePointer(bitPattern: address) }

  func ring() {
    if let semaphore { sem_post(semaphore) }
  }

  func wait() {
    guard let semaphore else { return }
    while sem_wait(semaphore) != 0, errno == EINTR {}
  }
}

/// A thread that runs an action when a signal has arrived.
final class SignalWatch: Sendable {
  private let action: @Sendable () -> Void
  private let hasEnded = Atomic(false)
  private let thread = Mutex<pthread_t?>(nil)

  /// Starts the thread.
  ///
  /// If the system provides no thread, the action is never run, and signals wait until they are read.
  init(_ action: @escaping @Sendable () -> Void) {
    self.action = action
    // The thread itself receives no signals.
    var (all, before) = (sigset_t(), sigset_t())
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    let watch = Unmanaged.passRetained(self)
    var thread = pthread_t()
    let failure = pthread_create(
      &thread, nil,
      { watch in
        if let watch { Unmanaged<SignalWatch>.fromOpaque(watch).takeRetainedValue().look() }
        return nil
      }, watch.toOpaque())
    if failure == 0 { self.thread.withLock { $0 = thread } } else { watch.release() }
  }

  /// Ends the thread.
  ///
  /// The action is not run again.
  func end() {
    guard let thread = thread.withLock({ $0.take() }) else { return }
    hasEnded.store(true, ordering: .sequentiallyConsistent)
    SignalArrivals.ring()
    pthread_join(thread, nil)
  }

  private func look() {
    while true {
      SignalArrivals.wait()
      if hasEnded.load(ordering: .sequentiallyConsistent) { return }
      if !SignalArrivals.numbers.isEmpty { action() }
    }
  }
}
