// SPDX-License-Identifier: Apache-2.0

import CLibNL
import Dispatch
import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Netlink

/// Descriptors whose other end is a socket of the test.
@Suite struct DescriptorTests {
  private let peer: UserSocket

  init() throws {
    peer = try UserSocket()
  }

  @Test func `closes when a new program starts, and is not a standard stream`() throws {
    let number = try Descriptor.open(NETLINK_USERSOCK)
    defer { close(number) }
    #expect(fcntl(number, F_GETFD) == FD_CLOEXEC)
    #expect(number > STDERR_FILENO)
  }

  @Test func `receives nothing while nothing arrives`() throws {
    let descriptor = try Descriptor(NETLINK_USERSOCK, peer: peer.port)
    #expect(try received(descriptor, 16) == nil)
  }

  @Test(arguments: [1, 15, 16])
  func `receives a datagram that fits`(count: Int) throws {
    let descriptor = try Descriptor(NETLINK_USERSOCK, peer: peer.port)
    let port = try port(of: descriptor)
    let datagram = (0..<count).map { UInt8($0 + 1) }
    try peer.send(datagram, to: port)
    #expect(try received(descriptor, 16) == datagram)
    #expect(try received(descriptor, 16) == nil)
  }

  @Test(arguments: [17, 100, 20_000])
  func `refuses a datagram that does not fit`(count: Int) throws {
    let descriptor = try Descriptor(NETLINK_USERSOCK, peer: peer.port)
    let port = try port(of: descriptor)
    try peer.send([UInt8](repeating: 1, count: count), to: port)
    #expect(throws: NetlinkError.truncatedReply) { try received(descriptor, 16) }
  }

  @Test(arguments: [1, 17])
  func `refuses a datagram of another sender`(count: Int) throws {
    let descriptor = try Descriptor(NETLINK_USERSOCK, peer: peer.port)
    let port = try port(of: descriptor)
    try UserSocket().send([UInt8](repeating: 1, count: count), to: port)
    #expect(throws: NetlinkError.unexpectedReply) { try received(descriptor, 16) }
  }

  /// The errno of the system must not be lost on the way.
  @Test func `keeps the errno of a system call that fails`() throws {
    let descriptor = Descriptor(number: try notASocket())
    #expect(throws: NetlinkError.system(.notSocket)) { try received(descriptor, 16) }
    #expect(throws: NetlinkError.system(.notSocket)) { try [1, 2].withUnsafeBytes { try descriptor.send($0) } }
    #expect(throws: NetlinkError.system(.protocolNotSupported)) { try Descriptor.open(31) }
  }

  @Test func `waits until something arrives, and ends then`() throws {
    let descriptor = try Descriptor(NETLINK_USERSOCK, peer: peer.port)
    let port = try port(of: descriptor)
    try peer.send([1], to: port)
    var patience = Deadline(milliseconds: 60_000)
    let duration = try ContinuousClock().measure { try descriptor.wait(&patience) }
    #expect(duration < .seconds(120))
    #expect(try received(descriptor, 16) == [1])
  }

  @Test func `waits at most until the deadline`() throws {
    let descriptor = try Descriptor(NETLINK_USERSOCK, peer: peer.port)
    var patience = Deadline(milliseconds: 50)
    let duration = ContinuousClock().measure {
      #expect(throws: NetlinkError.timedOut) { try descriptor.wait(&patience) }
    }
    #expect(duration >= .milliseconds(50))
  }

  @Test func `a signal neither ends the wait nor restarts it`() async throws {
    // A signal that is ignored by default, so that it disturbs nothing else here.
    signal(SIGURG) { _ in }
    defer { signal(SIGURG, SIG_DFL) }
    let port = peer.port
    let duration = try await onOwnThread {
      // The threads of the tests receive no signals.
      var signals = sigset_t()
      sigemptyset(&signals)
      sigaddset(&signals, SIGURG)
      pthread_sigmask(SIG_UNBLOCK, &signals, nil)
      let (waiting, ended, sent) = (pthread_self(), DispatchSemaphore(value: 0), DispatchGroup())
      DispatchQueue.global().async(group: sent) {
        for _ in 1...3000 where ended.wait(timeout: .now() + .milliseconds(20)) == .timedOut {
          pthread_kill(waiting, SIGURG)
        }
      }
      defer { sent.wait() }
      let socket = try Socket(NETLINK_USERSOCK, replyTimeout: .milliseconds(200), peer: port)
      let duration = ContinuousClock().measure {
        #expect(throws: NetlinkError.timedOut) { try socket.acknowledge(Request(to: .ipvs, command: 12)) }
      }
      for _ in 1...3000 { ended.signal() }
      return duration
    }.get()
    // The signals arrive for a minute.
    #expect(duration >= .milliseconds(200) && duration < .seconds(50))
  }

  /// The port of a descriptor.
  ///
  /// It has one after it has sent something.
  private func port(of descriptor: borrowing Descriptor) throws -> UInt32 {
    try [7].withUnsafeBytes { try descriptor.send($0) }
    return try peer.receive().sender
  }

  private func received(_ descriptor: borrowing Descriptor, _ size: Int) throws(NetlinkError) -> [UInt8]? {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    defer { buffer.deallocate() }
    return try descriptor.receive(into: buffer).map { Array(buffer.prefix($0)) }
  }

  private func notASocket() throws -> CInt {
    let number = Glibc.open("/dev/null", O_RDWR | O_CLOEXEC)
    try #require(number >= 0)
    return number
  }
}
