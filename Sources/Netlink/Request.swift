// SPDX-License-Identifier: Apache-2.0

internal import CLibNL
internal import SystemPackage

/// A request under construction: a netlink header, a generic netlink header or another structure of the protocol, and
/// attributes.
package struct Request: ~Copyable {
  private let handle: Handle

  /// Starts a request to a family.
  ///
  /// - Parameters:
  ///   - family: The family, which is looked up once for all namespaces.
  ///   - command: The command of the family, for example `IPVS_CMD_GET_CONFIG`.
  /// - Throws: `NetlinkError`, when there is no memory.
  package init(to family: Family, command: UInt8) throws(NetlinkError) {
    let handle = try Handle(nlmsg_alloc(), free: nlmsg_free)
    let id = CInt(family.id)
    let body = genlmsg_put(
      handle.pointer, UInt32(NL_AUTO_PORT), UInt32(NL_AUTO_SEQ), id, 0, NLM_F_REQUEST, command, family.version)
    guard body != nil else { throw .system(.noMemory) }
    self.handle = handle
  }

  /// Starts a request of a protocol without families.
  ///
  /// - Parameters:
  ///   - type: The type of the message, for example `SOCK_DIAG_BY_FAMILY`.
  ///   - content: The structure that follows the netlink header.
  /// - Throws: `NetlinkError`, when there is no memory.
  package init(_ type: CInt, _ content: some BitwiseCopyable) throws(NetlinkError) {
    let handle = try Handle(nlmsg_alloc(), free: nlmsg_free)
    let header = nlmsg_put(handle.pointer, UInt32(NL_AUTO_PORT), UInt32(NL_AUTO_SEQ), type, 0, NLM_F_REQUEST)
    guard header != nil else { throw .system(.noMemory) }
    var content = content
    try checked {
      nlmsg_append(handle.pointer, &content, MemoryLayout.size(ofValue: content), CInt(NLMSG_ALIGNTO))
    }
    self.handle = handle
  }

  /// The `struct nl_msg` to which libnl appends.
  private var message: OpaquePointer { handle.pointer }

  /// Appends an attribute of type u32.
  ///
  /// - Throws: `NetlinkError`, when there is no room.
  package borrowing func append(_ attribute: Int, _ value: UInt32) throws(NetlinkError) {
    let message = self.message
    try checked { nla_put_u32(message, CInt(attribute), value) }
  }

  /// Appends an attribute that is a string ending in NUL.
  ///
  /// - Throws: `NetlinkError`, when there is no room.
  package borrowing func append(_ attribute: Int, _ value: String) throws(NetlinkError) {
    let message = self.message
    // Not as an argument, which would copy it into an array first.
    try checked { value.withCString { nla_put_string(message, CInt(attribute), $0) } }
  }

  /// Appends an attribute of type u16.
  ///
  /// - Throws: `NetlinkError`, when there is no room.
  package borrowing func append(_ attribute: Int, _ value: UInt16) throws(NetlinkError) {
    let message = self.message
    try checked { nla_put_u16(message, CInt(attribute), value) }
  }

  /// Appends an attribute that contains other attributes.
  ///
  /// - Parameters:
  ///   - attribute: The outer attribute.
  ///   - content: Appends the inner attributes to this request.
  /// - Throws: `NetlinkError`, when there is no room.
  package borrowing func append(
    _ attribute: Int, nesting content: () throws(NetlinkError) -> Void
  ) throws(NetlinkError) {
    let message = self.message
    guard let start = nla_nest_start(message, CInt(attribute)) else { throw .system(.noMemory) }
    try content()
    try checked { nla_nest_end(message, start) }
  }

  /// Asks for an acknowledgement when the kernel has carried out the request.
  borrowing func askForAcknowledgement() {
    header.pointee.nlmsg_flags |= UInt16(NLM_F_ACK)
  }

  /// Asks for all records, in as many messages as necessary.
  borrowing func askForDump() {
    header.pointee.nlmsg_flags |= UInt16(NLM_F_DUMP)
  }

  /// Sets the sequence number of the request, by which its reply is recognised.
  borrowing func number(_ sequence: UInt32) {
    header.pointee.nlmsg_seq = sequence
  }

  /// The sequence number and the type that a reply to this request has in its header.
  var sequence: UInt32 { header.pointee.nlmsg_seq }
  var type: UInt16 { header.pointee.nlmsg_type }

  private var header: UnsafeMutablePointer<nlmsghdr> { nlmsg_hdr(handle.pointer) }

  /// The bytes of the request.
  ///
  /// They are valid as long as the request.
  var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: header, count: Int(header.pointee.nlmsg_len))
  }
}

/// A libnl object with one owner.
///
/// It is freed at the end of its life.
struct Handle: ~Copyable {
  let pointer: OpaquePointer
  private let free: @convention(c) (OpaquePointer?) -> Void

  /// Takes ownership of an object that libnl has allocated.
  ///
  /// - Throws: `NetlinkError`, when there was no memory.
  init(_ pointer: OpaquePointer?, free: @convention(c) (OpaquePointer?) -> Void) throws(NetlinkError) {
    guard let pointer else { throw .system(.noMemory) }
    self.pointer = pointer
    self.free = free
  }

  deinit {
    free(pointer)
  }
}
