// SPDX-License-Identifier: Apache-2.0

internal import CSocketDiagnosis
internal import IPVS

extension inet_diag_req_v2 {
  /// The question for the TCP sockets of an address family that are in one of these states.
  init(family: CInt, states: Set<HostSocket.State>) {
    self.init()
    sdiag_family = UInt8(family)
    sdiag_protocol = UInt8(IPPROTO_TCP)
    idiag_states = states.mask
  }
}

extension HostSocket {
  /// What the kernel tells of a socket; `nil` where the state or the address family is none that was asked for.
  init?(_ record: inet_diag_msg) {
    guard let state = State(number: record.idiag_state) else { return nil }
    let id = record.id
    let ends: (InternetAddress, InternetAddress)
    switch CInt(record.idiag_family) {
    case AF_INET: ends = (InternetAddress(ipv4: id.idiag_src), InternetAddress(ipv4: id.idiag_dst))
    case AF_INET6: ends = (InternetAddress(ipv6: id.idiag_src), InternetAddress(ipv6: id.idiag_dst))
    default: return nil
    }
    self.init(
      state, local: Endpoint(ends.0, port: UInt16(bigEndian: id.idiag_sport)),
      remote: Endpoint(ends.1, port: UInt16(bigEndian: id.idiag_dport)),
      inode: record.idiag_inode, user: record.idiag_uid)
  }
}

extension InternetAddress {
  /// Four words in the order of the network, of which an IPv4 address takes the first.
  fileprivate typealias Words = (UInt32, UInt32, UInt32, UInt32)

  fileprivate init(ipv4 words: Words) {
    self.init(ipv4: UInt32(bigEndian: words.0))
  }

  /// An IPv6 address; one that stands for an IPv4 address (`::ffff:192.0.2.1`) is that.
  fileprivate init(ipv6 words: Words) {
    if words.0 == 0, words.1 == 0, UInt32(bigEndian: words.2) == 0xFFFF {
      self.init(ipv4: UInt32(bigEndian: words.3))
    } else {
      self.init(
        ipv6: UInt64(UInt32(bigEndian: words.0)) << 32 | UInt64(UInt32(bigEndian: words.1)),
        UInt64(UInt32(bigEndian: words.2)) << 32 | UInt64(UInt32(bigEndian: words.3)))
    }
  }
}
