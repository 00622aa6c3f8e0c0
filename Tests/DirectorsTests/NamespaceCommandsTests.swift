// SPDX-License-Identifier: Apache-2.0

import Glibc
import IPVS
import Linux
import SystemPackage
import Testing

@testable import Directors

/// The options and commands for one network namespace.
@Suite struct NamespaceCommandsTests {
  @Test func `enter it by its file`() throws {
    #expect(NamespaceCommands(.current).entering == "")
    #expect(NamespaceCommands(.named("no such")).entering == "nsenter --net='/run/netns/no such' ")
    #expect(NamespaceCommands(.named("\(getpid())")).entering == "nsenter --net=/proc/\(getpid())/ns/net ")
    let own = NamespaceInfo(.current, try NamespaceIdentity("/proc/self/ns/net"), name: "host", paths: [])
    #expect(NamespaceCommands(.named("1"), known: own).entering == "")
    #expect(NamespaceCommands(.named("1"), known: own).option == "")
    #expect(NamespaceCommands(own).namedOption == " --netns host")
  }

  @Test(
    arguments: [
      (.current, ""), (.named("blue"), " --netns blue"), (.named("a b"), " --netns 'a b'"),
      (.named("-x"), " --netns=-x"), (.path("/run/netns/blue"), " --netns /run/netns/blue"),
      (.process(1234), " --netns 1234"),
    ] as [(NetworkNamespace, String)])
  func `name it by an option`(namespace: NetworkNamespace, option: String) {
    #expect(NamespaceCommands(namespace).option == option)
    #expect(NamespaceCommands(namespace).showing == "ipvs-timeout show" + option)
  }

  /// A namespace that was found is named by its file name, if that name is unique.
  @Test func `name a namespace that was found as shortly as possible`() throws {
    let identity = try NamespaceIdentity("/proc/self/ns/net")
    func option(_ name: String) -> String {
      NamespaceCommands(NamespaceInfo(.path("/run/netns/blue"), identity, name: name, paths: ["/run/netns/blue"]))
        .option
    }
    #expect(option("blue") == " --netns blue")
    #expect(option("/run/netns/blue") == " --netns /run/netns/blue")
  }
}
