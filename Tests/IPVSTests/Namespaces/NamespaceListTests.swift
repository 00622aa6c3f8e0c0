// SPDX-License-Identifier: Apache-2.0

import Linux
import SystemPackage
import TestSupport
import Testing

@testable import IPVS

/// The namespaces of this machine, which may have any others.
@Suite struct NamespaceListTests {
  @Test(arguments: [true, false])
  func `begins with the caller's own`(includingProcesses: Bool) throws {
    let listing = try NamespaceList(includingProcesses: includingProcesses)
    let own = try #require(listing.namespaces.first)
    #expect(own.namespace == .current)
    #expect(own.name == "host")
    #expect(try own.fileIdentity == NamespaceIdentity("/proc/thread-self/ns/net"))
  }

  @Test func `has each once`() throws {
    let foreign = try ForeignNamespace()
    let namespaces = try NamespaceList().namespaces
    #expect(Set(namespaces.map(\.identity)).count == namespaces.count)
    #expect(Set(namespaces.map(\.name)).count == namespaces.count)
    #expect(Set(namespaces.map(\.namespace)).count == namespaces.count)
    #expect(try namespaces.contains { try $0.fileIdentity == NamespaceIdentity(foreign.path) })
  }

  @Test func `has the namespaces in which only processes live, if they are wanted`() throws {
    let foreign = try ForeignNamespace()
    let identity = try NamespaceIdentity(foreign.path)
    #expect(
      try NamespaceList().namespaces.first { $0.fileIdentity == identity }
        == NamespaceInfo(
          .process(foreign.process), identity, name: "pid \(foreign.process) (cat)", paths: []))
    #expect(try !NamespaceList(includingProcesses: false).namespaces.contains { $0.fileIdentity == identity })
  }

  @Test func `knows a namespace by whatever it is called`() throws {
    let foreign = try ForeignNamespace()
    let listing = try NamespaceList()
    for own: NetworkNamespace in [.current, .path("/proc/self/ns/net"), .path("/proc/thread-self/ns/net")] {
      #expect(listing.info(for: own)?.namespace == .current)
    }
    for other: NetworkNamespace in [
      .process(foreign.process), .path(foreign.path), .named("\(foreign.process)"),
    ] {
      #expect(listing.info(for: other)?.namespace == .process(foreign.process))
    }
    for none: NetworkNamespace in [.path("/no/such"), .named("no such name"), .path("/"), .process(0)] {
      #expect(listing.info(for: none) == nil)
    }
  }
}
