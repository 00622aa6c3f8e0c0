// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Synchronization

/// The signals that have come while they were held up, in this order, each once.
///
/// They are one word, which a handler of signals may write: five bits for each number, the last one lowest. The word is
/// open or closed, so that a signal is either known here or does what the caller wants, whenever it comes.
enum SignalArrivals {
  private static let width = UInt64(5)
  private static let lowest = UInt64(0x1f)
  private static let closed = UInt64.max
  private static let word = Atomic<UInt64>(closed)
  private static let bell = SignalBell()

  /// Has signals noted from here on.
  static func open() {
    // A handler must not be the first to ask for it.
    _ = bell
    word.store(0, ordering: .sequentiallyConsistent)
  }

  /// Has nothing noted from here on, when the caller's actions are there again.
  ///
  /// - Returns: What has come.
  static func close() -> [CInt] { numbers(in: word.exchange(closed, ordering: .sequentiallyConsistent)) }

  /// What has come so far.
  static var numbers: [CInt] { numbers(in: word.load(ordering: .sequentiallyConsistent)) }

  /// Forgets some of them.
  static func forget(_ forgotten: [CInt]) {
    change { word in
      numbers(in: word).filter { !forgotten.contains($0) }.reduce(0) { $0 << width | UInt64($1) }
    }
  }

  /// Notes one, as the handler of the signal, on any thread.
  static func note(_ number: CInt) {
    let before = errno
    defer { errno = before }
    var isKnown = false
    let isOpen = change { word in
      isKnown = contains(number, word)
      return isKnown ? word : word << width | UInt64(number)
    }
    if !isOpen {
      // Its thread was so slow that nobody waits for it any more, and the signal does again what the caller wants.
      kill(getpid(), number)
    } else if !isKnown {
      bell.ring()
    }
  }

  /// Waits until one may have come, or somebody rings.
  static func wait() { bell.wait() }

  /// Has those that wait go on.
  static func ring() { bell.ring() }

  /// Changes the word, if it is open.
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

/// A semaphore, which a handler of signals may raise; it lives as long as the process.
private struct SignalBell: Sendable {
  /// Where it is: a pointer could not be shared by threads, which a semaphore is for.
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

/// A thread that does something when a signal has come.
final class SignalWatch: Sendable {
  private let action: @Sendable () -> Void
  private let hasEnded = Atomic(false)
  private let thread = Mutex<pthread_t?>(nil)

  /// Begins; where the system gives no thread, nothing is done, and the signals wait until they are asked for.
  init(_ action: @escaping @Sendable () -> Void) {
    self.action = action
    // It gets none itself.
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

  /// Ends; nothing is done any more.
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
