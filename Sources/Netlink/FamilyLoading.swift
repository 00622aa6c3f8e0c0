// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Glibc
internal import SystemPackage

extension Family {
  /// Looks a family up so that the kernel loads its module, and waits for that no longer than it may take.
  ///
  /// The kernel runs modprobe inside the system call that asks, where neither a socket's timeout nor a signal reaches
  /// the caller. So another thread asks, on a socket of its own; if it hangs, it alone does. Whether the family is
  /// there afterwards is for the caller's own look-up to say.
  ///
  /// - Parameters:
  ///   - name: The family's name.
  ///   - limit: How long to wait; `nil` is five seconds.
  /// - Throws: `NetlinkError.timedOut`; `.system` where no thread can be made.
  public static func load(named name: String, within limit: Duration?) throws(NetlinkError) {
    let limit = limit?.bounded ?? .seconds(5)
    let question = FamilyQuestion(name: name, limit: limit)
    let argument = Unmanaged.passRetained(question)
    var thread = pthread_t()
    // Not a queue of Dispatch: where no thread can be made, that tries for ever.
    let failure = pthread_create(&thread, nil, { FamilyQuestion.ask($0) }, argument.toOpaque())
    guard failure == 0 else {
      argument.release()
      throw .system(Errno(rawValue: failure))
    }
    pthread_detach(thread)
    let milliseconds = Int(limit / .milliseconds(1))
    guard question.answered.wait(timeout: .now() + .milliseconds(milliseconds)) == .success else { throw .timedOut }
  }
}

/// What the other thread asks; it is handed over to it.
private final class FamilyQuestion: Sendable {
  private let name: String
  private let limit: Duration
  let answered = DispatchSemaphore(value: 0)

  init(name: String, limit: Duration) {
    self.name = name
    self.limit = limit
  }

  /// Asks, and forgets the answer.
  static func ask(_ question: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let question else { return nil }
    let asked = Unmanaged<FamilyQuestion>.fromOpaque(question).takeRetainedValue()
    if let socket = try? Socket(replyTimeout: asked.limit) {
      _ = try? Family(named: asked.name, version: 1, over: socket)
    }
    asked.answered.signal()
    return nil
  }
}
