// SPDX-License-Identifier: Apache-2.0

internal import SystemPackage
internal import Waiting

extension Family {
  /// Looks a family up so that the kernel loads its module, and waits for that no longer than it may take.
  ///
  /// The kernel runs modprobe inside the system call that asks, where neither a socket's timeout nor a signal reaches
  /// the caller. So another thread asks, on a socket of its own. Whether the family is there afterwards is for the
  /// caller's own look-up to say.
  ///
  /// - Parameters:
  ///   - name: The family's name.
  ///   - limit: How long to wait, from a microsecond to an hour; `nil` is five seconds.
  /// - Throws: `NetlinkError.timedOut`; `.system` where no thread can be made.
  public static func load(named name: String, within limit: Duration?) throws(NetlinkError) {
    let limit = limit?.bounded ?? .seconds(5)
    do throws(OtherThread.Failure) {
      try OtherThread.run(within: limit) {
        guard let socket = try? Socket(replyTimeout: limit) else { return }
        _ = try? Family(named: name, version: 1, over: socket)
      }
    } catch {
      switch error {
      case .timedOut: throw .timedOut
      case .noThread(let errno): throw .system(Errno(rawValue: errno))
      }
    }
  }
}
