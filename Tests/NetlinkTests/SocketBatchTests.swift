// SPDX-License-Identifier: Apache-2.0

import Glibc
import Linux
import SystemPackage
import TestSupport
import Testing

@testable import Netlink

/// Sockets in other network namespaces.
///
/// Opening them needs root.
@Suite struct SocketBatchTests {
  @Test func `returns a socket for each namespace, in order, or an error`() throws {
    let foreign = try ForeignNamespace()
    var batch = open([foreign.path, "/no/such", "/", "/proc/self/ns/net"])
    #expect(try family(over: batch.next()) == 16)
    #expect(throws: NetlinkError.namespace(.notOpened(.noSuchFileOrDirectory))) { try family(over: batch.next()) }
    #expect(throws: NetlinkError.namespace(.notANamespace(nil))) { try family(over: batch.next()) }
    #expect(try family(over: batch.next()) == 16)
    #expect(try family(over: batch.next()) == nil)
    #expect(try family(over: batch.next()) == nil)
  }

  @Test func `its sockets are in the namespaces, and close with their owners`() throws {
    let foreign = try ForeignNamespace()
    #expect(try foreign.sockets == 0)
    var batch: SocketBatch? = open([foreign.path, foreign.path, foreign.path])
    #expect(try foreign.sockets == 3)
    // Two that are not requested.
    let socket = try batch?.next()
    batch = nil
    #expect(try left(foreign, 1) == 1)
    #expect(try family(over: socket) == 16)
    #expect(try left(foreign, 0) == 0)
  }

  @Test func `is empty without namespaces`() throws {
    var batch = open([])
    #expect(try family(over: batch.next()) == nil)
  }

  /// Opens a socket in the namespace of each file.
  private func open(_ files: [FilePath]) -> SocketBatch {
    SocketBatch(count: files.count) { number throws(NamespaceError) in try NamespaceThread.enter([files[number]]) }
  }

  /// The number of the family that looks up other families.
  private func family(over socket: consuming Netlink.Socket?) throws(NetlinkError) -> UInt16? {
    guard let socket else { return nil }
    return try Family(named: "nlctrl", version: 2, over: socket).id
  }

  /// The number of sockets, as soon as it matches the expectation.
  ///
  /// The kernel closes them with a delay.
  private func left(_ namespace: ForeignNamespace, _ expected: Int) throws -> Int {
    let end = ContinuousClock.now + .seconds(20)
    while try namespace.sockets != expected, ContinuousClock.now < end { usleep(10_000) }
    return try namespace.sockets
  }
}
