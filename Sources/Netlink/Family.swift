// SPDX-License-Identifier: Apache-2.0

internal import CLibNL

/// A generic netlink family: its number is the same in every network namespace until its module is unloaded.
public struct Family: Sendable, Hashable {
  let id: UInt16
  let version: UInt8

  /// The family that knows the others; its number is fixed.
  static let controller = Family(id: UInt16(GENL_ID_CTRL), version: 1)

  /// Asks the kernel for the family of this name, which makes it load the family's module if it is not loaded.
  ///
  /// The corresponding kernel command is `CTRL_CMD_GETFAMILY`.
  ///
  /// - Parameters:
  ///   - name: The family's name, for example `IPVS`.
  ///   - version: The version that requests to the family will carry.
  ///   - socket: A socket of protocol `NETLINK_GENERIC`.
  /// - Throws: `NetlinkError`; `.kernel(.noSuchFileOrDirectory)` when there is no such family.
  public init(named name: String, version: UInt8, over socket: borrowing Socket) throws(NetlinkError) {
    let request = try Request(to: .controller, command: UInt8(CTRL_CMD_GETFAMILY))
    try request.append(CTRL_ATTR_FAMILY_NAME, name)
    let id = try socket.reply(to: request) { reply throws(NetlinkError) in
      try reply.unsigned16(CTRL_ATTR_FAMILY_ID)
    }
    guard let id else { throw .foreignReply }
    self.init(id: id, version: version)
  }

  init(id: UInt16, version: UInt8) {
    self.id = id
    self.version = version
  }
}
