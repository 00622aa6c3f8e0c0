// SPDX-License-Identifier: Apache-2.0

internal import CLibNL
internal import Linux
internal import SystemPackage

/// A generic netlink family.
///
/// Its number is the same in every network namespace until its module is unloaded.
package struct Family: Sendable, Hashable {
  let id: UInt16
  let version: UInt8

  /// The family that looks up other families.
  ///
  /// Its number is fixed.
  static let controller = Family(id: UInt16(GENL_ID_CTRL), version: 1)

  /// Looks up a family by its name.
  ///
  /// The kernel loads the module of the family if it is not loaded.
  ///
  /// The corresponding kernel command is `CTRL_CMD_GETFAMILY`.
  ///
  /// - Parameters:
  ///   - name: The name of the family, for example `IPVS`.
  ///   - version: The version that requests to the family will carry.
  ///   - socket: A socket of protocol `NETLINK_GENERIC`.
  /// - Throws: `NetlinkError`; `.kernel(.noSuchFileOrDirectory)` when the kernel has no such family.
  package init(named name: String, version: UInt8, over socket: borrowing Socket) throws(NetlinkError) {
    let request = try Request(to: .controller, command: UInt8(CTRL_CMD_GETFAMILY))
    try request.append(CTRL_ATTR_FAMILY_NAME, name)
    let id = try socket.reply(to: request) { reply throws(NetlinkError) in
      try reply.unsigned16(CTRL_ATTR_FAMILY_ID)
    }
    guard let id else { throw .unexpectedReply }
    self.init(id: id, version: version)
  }

  /// Creates a family whose number is known.
  package init(id: UInt16, version: UInt8) {
    self.id = id
    self.version = version
  }
}

extension Family {
  /// Looks up a family whose module the kernel may have to load first, and waits for a limited time.
  ///
  /// The kernel runs modprobe inside the system call that asks, where no timeout of a socket applies. So another thread
  /// asks, on its own socket. The answer is valid for all sockets. The corresponding kernel command is
  /// `CTRL_CMD_GETFAMILY`.
  ///
  /// - Parameters:
  ///   - name: The name of the family.
  ///   - version: The version that requests to the family will carry.
  ///   - limit: How long to wait, from a microsecond to an hour.
  /// - Returns: The family.
  /// - Throws: `NetlinkError`; `.system` when no thread can be created.
  package static func load(
    named name: String, version: UInt8, within limit: Duration
  ) throws(NetlinkError) -> Family {
    let limit = limit.bounded
    let answer: Result<Family, NetlinkError>
    do throws(ThreadWithTimeout.Obstacle) {
      answer = try ThreadWithTimeout.run(within: limit) {
        Result { () throws(NetlinkError) in
          try Family(named: name, version: version, over: Socket(replyTimeout: limit))
        }
      }
    } catch {
      switch error {
      case .timedOut: throw .timedOut
      case .noThread(let errno): throw .system(errno)
      }
    }
    return try answer.get()
  }
}
