// SPDX-License-Identifier: Apache-2.0

internal import SystemPackage
internal import Waiting

extension Family {
  /// Asks the kernel for a family whose module it may first have to load, and waits no longer than that may take.
  ///
  /// The kernel runs modprobe inside the system call that asks, where a socket's timeout does not reach. So another
  /// thread asks, on a socket of its own; the answer holds for all sockets. The corresponding kernel command is
  /// `CTRL_CMD_GETFAMILY`.
  ///
  /// - Parameters:
  ///   - name: The family's name.
  ///   - version: The version that requests to the family will carry.
  ///   - limit: How long to wait, from a microsecond to an hour; `nil` is five seconds.
  /// - Returns: The family.
  /// - Throws: `NetlinkError`; `.system` where no thread can be made.
  public static func load(
    named name: String, version: UInt8, within limit: Duration?
  ) throws(NetlinkError) -> Family {
    let limit = limit?.bounded ?? .seconds(5)
    let answer: Result<Family, NetlinkError>
    do throws(OtherThread.Failure) {
      answer = try OtherThread.run(within: limit) {
        Result { () throws(NetlinkError) in
          try Family(named: name, version: version, over: Socket(replyTimeout: limit))
        }
      }
    } catch {
      switch error {
      case .timedOut: throw .timedOut
      case .noThread(let errno): throw .system(Errno(rawValue: errno))
      }
    }
    return try answer.get()
  }
}
