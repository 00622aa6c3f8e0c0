// SPDX-License-Identifier: Apache-2.0

import SystemPackage
import Testing

@testable import IPVS

/// Network namespaces as people write them, and where they are then looked for.
@Suite struct NetworkNamespaceTests {
  @Test func `names are looked up in two directories`() {
    #expect(NetworkNamespace.directories == ["/run/netns", "/run/docker/netns"])
    var prefixes: [String] = []
    while let prefix = NetworkNamespace.directoryPrefix(prefixes.count) { prefixes.append("\(prefix)") }
    #expect(prefixes == NetworkNamespace.directories.map { "\($0)/" })
  }

  @Test(
    arguments: [
      ("host", .current, "host", ["/proc/thread-self/ns/net"]),
      ("blue", .named("blue"), "blue", ["/run/netns/blue", "/run/docker/netns/blue"]),
      ("Host", .named("Host"), "Host", ["/run/netns/Host", "/run/docker/netns/Host"]),
      ("1-abc", .named("1-abc"), "1-abc", ["/run/netns/1-abc", "/run/docker/netns/1-abc"]),
      // Docker may choose a name of digits only.
      ("123", .named("123"), "123", ["/run/netns/123", "/run/docker/netns/123", "/proc/123/ns/net"]),
      ("0", .named("0"), "0", ["/run/netns/0", "/run/docker/netns/0", "/proc/0/ns/net"]),
      (
        "2147483648", .named("2147483648"), "2147483648", ["/run/netns/2147483648", "/run/docker/netns/2147483648"]
      ),
      ("/run/netns/blue", .path("/run/netns/blue"), "/run/netns/blue", ["/run/netns/blue"]),
      ("/proc/1/ns/net", .path("/proc/1/ns/net"), "/proc/1/ns/net", ["/proc/1/ns/net"]),
      ("./blue", .path("./blue"), "./blue", ["./blue"]),
      ("/", .path("/"), "/", ["/"]),
      ("a b", .named("a b"), "a b", ["/run/netns/a b", "/run/docker/netns/a b"]),
      ("pid 7", .process(7), "pid 7", ["/proc/7/ns/net"]),
      ("pid x", .named("pid x"), "pid x", ["/run/netns/pid x", "/run/docker/netns/pid x"]),
      (
        "pid 7 (nginx)", .named("pid 7 (nginx)"), "pid 7 (nginx)",
        ["/run/netns/pid 7 (nginx)", "/run/docker/netns/pid 7 (nginx)"]
      ),
    ] as [(String, NetworkNamespace, String, [FilePath])])
  func `are read`(text: String, namespace: NetworkNamespace, description: String, files: [FilePath]) {
    #expect(NetworkNamespace(parsing: text) == namespace)
    #expect(namespace.description == description)
    #expect(namespace.files == files)
    #expect(NetworkNamespace(parsing: namespace.description) == namespace)
  }

  /// Names and paths that mean something else to the parser.
  @Test(
    arguments: [
      (.named("host"), "/run/netns/host"), (.named("pid 7"), "/run/netns/pid 7"), (.path("blue"), "./blue"),
      (.path("host"), "./host"),
    ] as [(NetworkNamespace, String)])
  func `are described so that they can be read back`(namespace: NetworkNamespace, description: String) {
    #expect(namespace.description == description)
    #expect(NetworkNamespace(parsing: description) == .path(FilePath(description)))
  }

  /// The mark U+0324 combines with the slash before it.
  @Test(arguments: [("blue/", "./blue"), ("../\u{324}", "../\u{324}"), ("\u{324}/", "./\u{324}")])
  func `with a slash anywhere is a path, and is read back`(text: String, path: FilePath) {
    let namespace = NetworkNamespace(parsing: text)
    #expect(namespace == .path(path))
    #expect(NetworkNamespace(parsing: namespace.description) == namespace)
  }

  @Test func `of a process is that of its number`() {
    #expect(NetworkNamespace.process(1234).description == "pid 1234")
    #expect(NetworkNamespace.process(1234).files == ["/proc/1234/ns/net"])
    #expect(NetworkNamespace.process(1234) != NetworkNamespace(parsing: "1234"))
  }
}
