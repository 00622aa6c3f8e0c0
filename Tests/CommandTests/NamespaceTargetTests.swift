// SPDX-License-Identifier: Apache-2.0

import IPVS
import SystemPackage
import TestSupport
import Testing

@testable import ipvs_timeout

/// The names of network namespaces in results, and the names that a policy matches.
@Suite struct NamespaceTargetTests {
  @Test(
    arguments: [
      (.current, "host", true, []),
      (.named("blue"), "blue", false, ["/run/netns/blue", "/run/docker/netns/blue"]),
      // A number is a process, although it could be a name too.
      (.named("7"), "7", false, []),
      (.path("/run/netns/blue"), "/run/netns/blue", false, ["/run/netns/blue"]),
      (.process(7), "pid 7", false, []),
    ] as [(NetworkNamespace, String, Bool, [String])])
  func `that the command line names keeps that name`(
    namespace: NetworkNamespace, name: String, isHost: Bool, paths: [String]
  ) {
    let place = NamespaceTarget(namespace)
    #expect(place.namespace == namespace)
    #expect(place.name == name)
    #expect(place.isHost == isHost)
    #expect(place.paths == paths)
  }

  @Test func `that was found gets its best name`() throws {
    let foreign = try ForeignNamespace()
    let listing = try NamespaceList()
    let other = NamespaceTarget(try #require(listing.info(for: .path(foreign.path))))
    #expect(other.namespace == .process(foreign.process))
    #expect(other.name == "pid \(foreign.process) (cat)")
    #expect(!other.isHost)
    let own = NamespaceTarget(try #require(listing.namespaces.first))
    #expect(own.name == "host")
    #expect(own.isHost)
  }

  /// A process ends, and its number means another one later.
  @Test func `has no number of a process in metrics`() throws {
    let foreign = try ForeignNamespace()
    let link = try foreign.link
    let found = NamespaceTarget(try #require(try NamespaceList().info(for: .path(foreign.path))))
    #expect(found.metricName == link)
    for name in ["\(foreign.process)", "pid \(foreign.process)", foreign.path.string] {
      #expect(NamespaceTarget(NetworkNamespace(parsing: name)).metricName == link, "\(name)")
    }
    for (name, label) in [
      ("host", "host"), ("blue", "blue"), ("/run/netns/blue", "/run/netns/blue"),
      ("/proc/\(foreign.process)/root/run/netns/blue", "/run/netns/blue"),
    ] {
      #expect(NamespaceTarget(NetworkNamespace(parsing: name)).metricName == label)
    }
  }

  /// The host by another name is still the host, which a line for other namespaces must not change.
  @Test func `that the command line names is recognised`() throws {
    let listing = try NamespaceList(includingProcesses: false)
    let namespace = NetworkNamespace.path("/proc/self/ns/net")
    let place = NamespaceTarget(namespace, known: listing.info(for: namespace))
    #expect(place.namespace == namespace)
    #expect(place.name == "/proc/self/ns/net")
    #expect(place.isHost)
    #expect(place.paths == listing.namespaces.first?.paths.map(\.string))
  }
}
