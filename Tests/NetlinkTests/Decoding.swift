// SPDX-License-Identifier: Apache-2.0

@testable import Netlink

extension Family {
  /// The family IPVS, with the number that it had when the answers were captured.
  static let ipvs = Family(id: 28, version: 1)
}

/// Decodes a datagram as the answer to a request to a family.
///
/// The request was not sent, so its sequence number is 0.
func decoded<Answer>(
  _ datagram: [UInt8], from family: Family = .ipvs, _ decode: (borrowing Reply) throws(NetlinkError) -> Answer
) throws -> Answer {
  let request = try Request(to: family, command: 13)
  return try datagram.withUnsafeBytes { bytes in
    try decode(Reply(bytes, answering: request))
  }
}

/// Decodes a datagram as any message that answers a request, and returns whether it is an acknowledgement.
func isAcknowledgement(_ datagram: [UInt8]) throws -> Bool {
  let request = try Request(to: .ipvs, command: 12)
  return try datagram.withUnsafeBytes { bytes in
    try Message(bytes, answering: request).isAcknowledgement
  }
}
