// SPDX-License-Identifier: Apache-2.0

import CLibNL

/// A reply that a test builds.
///
/// All its parts are right, except for one that the test makes wrong.
struct ReplyBytes {
  /// A generic netlink header with the command 9 and version 1, then an attribute.
  static let payload: [UInt8] = [
    9, 1, 0, 0,
    8, 0,  // nla_len
    1, 0,  // nla_type
    7, 0, 0, 0,  // a u32
  ]

  var length: UInt32?
  var type: UInt16
  var sequence: UInt32
  var payload = ReplyBytes.payload

  /// The reply that answers a request.
  init(to request: nlmsghdr) {
    type = request.nlmsg_type
    sequence = request.nlmsg_seq
  }

  /// The reply with one wrong part.
  init(to request: nlmsghdr, _ change: (inout ReplyBytes) -> Void) {
    self.init(to: request)
    change(&self)
  }

  /// An error; for 0, an acknowledgement.
  static func error(_ errno: Int32, to request: nlmsghdr) -> ReplyBytes {
    ReplyBytes(to: request) { reply in
      reply.type = UInt16(NLMSG_ERROR)
      reply.payload = withUnsafeBytes(of: nlmsgerr(error: -errno, msg: request)) { Array($0) }
    }
  }

  var bytes: [UInt8] {
    let size = MemoryLayout<nlmsghdr>.size
    let header = nlmsghdr(
      nlmsg_len: length ?? UInt32(size + payload.count), nlmsg_type: type, nlmsg_flags: 0, nlmsg_seq: sequence,
      nlmsg_pid: 0)
    return withUnsafeBytes(of: header) { Array($0) } + payload
  }
}
