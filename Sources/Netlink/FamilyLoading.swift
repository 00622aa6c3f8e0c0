// SPDX-License-Identifier: Apache-2.0

internal import Dispatch

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
  /// - Throws: `NetlinkError.timedOut`.
  public static func load(named name: String, within limit: Duration?) throws(NetlinkError) {
    let answered = DispatchSemaphore(value: 0)
    DispatchQueue.global().async {
      if let socket = try? Socket(replyTimeout: limit) {
        _ = try? Family(named: name, version: 1, over: socket)
      }
      answered.signal()
    }
    let milliseconds = Int((limit ?? .seconds(5)) / .milliseconds(1))
    guard answered.wait(timeout: .now() + .milliseconds(milliseconds)) == .success else { throw .timedOut }
  }
}
