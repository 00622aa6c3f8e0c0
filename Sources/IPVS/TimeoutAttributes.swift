// SPDX-License-Identifier: Apache-2.0

internal import CIPVS
internal import Netlink

extension Timeouts {
  /// Decodes the reply to `IPVS_CMD_GET_CONFIG`.
  init(_ reply: borrowing Reply) throws(NetlinkError) {
    tcp = try reply.timeout(IPVS_CMD_ATTR_TIMEOUT_TCP)
    tcpfin = try reply.timeout(IPVS_CMD_ATTR_TIMEOUT_TCP_FIN)
    udp = try reply.timeout(IPVS_CMD_ATTR_TIMEOUT_UDP)
  }

  /// Appends to a request `IPVS_CMD_SET_CONFIG` what is named, and nothing else.
  func append(to request: borrowing Request) throws(NetlinkError) {
    if let tcp { try request.append(IPVS_CMD_ATTR_TIMEOUT_TCP, tcp.seconds) }
    if let tcpfin { try request.append(IPVS_CMD_ATTR_TIMEOUT_TCP_FIN, tcpfin.seconds) }
    if let udp { try request.append(IPVS_CMD_ATTR_TIMEOUT_UDP, udp.seconds) }
  }
}

extension Reply {
  /// A timeout; `nil` where the kernel was built without its protocol.
  fileprivate borrowing func timeout(_ attribute: Int) throws(NetlinkError) -> Timeout? {
    guard let seconds = try unsigned32(attribute) else { return nil }
    guard let timeout = Timeout(held: seconds) else { throw .foreignReply }
    return timeout
  }
}
