// SPDX-License-Identifier: Apache-2.0

import IPVS
import SystemPackage
import TestSupport
import Testing

/// Clients in network namespaces that do not exist or are something else.
///
/// The error comes before IPVS is used.
@Suite struct ForeignNamespaceTests {
  static let missing: [(NetworkNamespace, IPVSError.Code, Errno?)] = [
    (.path("/no/such"), .noSuchNamespace, .noSuchFileOrDirectory),
    (.named("no such name"), .noSuchNamespace, .noSuchFileOrDirectory),
    (.named("2147483647"), .noSuchNamespace, .noSuchFileOrDirectory),
    (.process(0), .noSuchNamespace, .noSuchFileOrDirectory),
    (.path("/"), .notANamespace, nil),
    (.path("/proc/self/status"), .notANamespace, .invalidArgument),
    (.path("/dev/null/x"), .noSuchNamespace, .notDirectory),
  ]

  @Test(arguments: missing)
  func `a client is not opened`(namespace: NetworkNamespace, code: IPVSError.Code, errno: Errno?) {
    #expect(throws: IPVSError(code, .open, in: namespace, errno: errno)) { _ = try Client(in: namespace) }
  }

  @Test(arguments: missing)
  func `its use cannot be found out`(namespace: NetworkNamespace, code: IPVSError.Code, errno: Errno?) {
    #expect(throws: IPVSError(code, .lookForUse, in: namespace, errno: errno)) { _ = try namespace.isInUse() }
  }

  /// It has no virtual service.
  @Test func `a new namespace is not in use`() throws {
    let foreign = try ForeignNamespace()
    #expect(try !NetworkNamespace.path(foreign.path).isInUse())
    #expect(try !NetworkNamespace.process(foreign.process).isInUse())
  }
}
