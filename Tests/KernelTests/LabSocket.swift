// SPDX-License-Identifier: Apache-2.0

import Glibc
import SystemPackage
import Testing

/// A socket in one of the guest's network namespaces.
///
/// Each of its calls lasts at most five seconds.
final class LabSocket {
  private let descriptor: CInt

  private init(_ descriptor: CInt) throws {
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    self.descriptor = descriptor
    var patience = timeval(tv_sec: 5, tv_usec: 0)
    let size = socklen_t(MemoryLayout.size(ofValue: patience))
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
  }

  deinit {
    close(descriptor)
  }

  /// Makes a socket at an address: a TCP socket with `isStream`, else a UDP socket.
  ///
  /// With `isForeign` the address may belong to another namespace.
  convenience init(
    in netns: Namespace, at address: String, _ port: UInt16, isStream: Bool = true, isForeign: Bool = false
  ) throws {
    let isIPv6 = address.contains(":")
    let type = isStream ? CInt(SOCK_STREAM.rawValue) : CInt(SOCK_DGRAM.rawValue)
    try self.init(netns.inside { socket(isIPv6 ? AF_INET6 : AF_INET, type | CInt(SOCK_CLOEXEC.rawValue), 0) })
    try sets(SOL_SOCKET, SO_REUSEADDR)
    if isForeign { try isIPv6 ? sets(CInt(IPPROTO_IPV6), IPV6_TRANSPARENT) : sets(CInt(IPPROTO_IP), IP_TRANSPARENT) }
    try check(withAddress(address, port) { bind(descriptor, $0, $1) })
  }

  /// Makes a socket that sends hand-made TCP segments from one address to another.
  convenience init(forSegmentsIn netns: Namespace, from address: String, to other: String) throws {
    let type = CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
    try self.init(netns.inside { socket(address.contains(":") ? AF_INET6 : AF_INET, type, CInt(IPPROTO_TCP)) })
    try check(withAddress(address, 0) { bind(descriptor, $0, $1) })
    try check(withAddress(other, 0) { connect(descriptor, $0, $1) })
  }

  /// Sends a TCP segment without a checksum.
  ///
  /// The director does not check it, and the receiver drops the segment.
  func sendsSegment(_ flags: UInt8, from port: UInt16, to other: UInt16) throws {
    let ports = [port, other].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    // Sequence number, acknowledgement, header of five words, flags, window, checksum, urgent pointer.
    let segment = ports + [0, 0, 0, 1, 0, 0, 0, 0, 5 << 4, flags, 255, 255, 0, 0, 0, 0]
    try check(Int32(send(descriptor, segment, segment.count, 0)))
  }

  func listens() throws -> LabSocket {
    try check(listen(descriptor, 64))
    return self
  }

  func connects(to address: String, _ port: UInt16) throws {
    try check(withAddress(address, port) { connect(descriptor, $0, $1) })
  }

  /// Starts to connect, and does not wait for an answer.
  func beginsToConnect(to address: String, _ port: UInt16) throws {
    try check(fcntl(descriptor, F_SETFL, O_NONBLOCK))
    let result = try withAddress(address, port) { connect(descriptor, $0, $1) }
    guard result < 0, errno == EINPROGRESS else { throw Errno(rawValue: errno) }
  }

  func accepts() throws -> LabSocket { try LabSocket(accept(descriptor, nil, nil)) }

  func sends(_ text: String = "x") throws {
    try check(Int32(send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL))))
  }

  /// Waits for a byte, or for the end of the stream.
  func receives() throws {
    var byte: UInt8 = 0
    try check(Int32(recv(descriptor, &byte, 1, 0)))
  }

  /// Turns on keepalive, with the settings of its namespace.
  func keepsAlive() throws { try sets(SOL_SOCKET, SO_KEEPALIVE) }

  /// Closes the sending direction.
  func ends() throws { try check(shutdown(descriptor, Int32(SHUT_WR))) }

  /// Makes closing the socket send a reset.
  func resets() throws {
    var option = linger(l_onoff: 1, l_linger: 0)
    try check(setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout.size(ofValue: option))))
  }

  /// Sends bytes to a multicast address through the loopback device.
  func sends(_ bytes: [UInt8], toGroup group: String, _ port: UInt16) throws {
    var interface = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
    try check(
      setsockopt(
        descriptor, CInt(IPPROTO_IP), IP_MULTICAST_IF, &interface, socklen_t(MemoryLayout.size(ofValue: interface))))
    try check(withAddress(group, port) { Int32(sendto(descriptor, bytes, bytes.count, 0, $0, $1)) })
  }

  private func sets(_ level: CInt, _ option: CInt) throws {
    var one: CInt = 1
    try check(setsockopt(descriptor, level, option, &one, socklen_t(MemoryLayout.size(ofValue: one))))
  }

  private func check(_ result: Int32) throws {
    guard result >= 0 else { throw Errno(rawValue: errno) }
  }

  private func withAddress(
    _ address: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws -> Int32 {
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
    var found: UnsafeMutablePointer<addrinfo>?
    try #require(getaddrinfo(address, "\(port)", &hints, &found) == 0)
    defer { freeaddrinfo(found) }
    let entry = try #require(found).pointee
    return body(try #require(entry.ai_addr), entry.ai_addrlen)
  }
}
