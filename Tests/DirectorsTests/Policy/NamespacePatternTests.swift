// SPDX-License-Identifier: Apache-2.0

import Directors
import Testing

@Suite struct NamespacePatternTests {
  /// Patterns, a path, and whether the one matches the other.
  static let table: [(String, String, Bool)] = [
    // Names.
    ("blue", "/run/netns/blue", true),
    ("blue", "/anywhere/else/blue", true),
    ("blue", "/run/netns/blue2", false),
    ("blue", "/run/netns/Blue", false),
    ("blue", "/run/blue/netns", false),
    ("ingress_sbox", "/run/docker/netns/ingress_sbox", true),
    ("*", "/run/netns/blue", true),
    ("*", "/run/netns/.hidden", true),
    ("lb_*", "/run/docker/netns/lb_x9f", true),
    ("lb_*", "/run/docker/netns/xlb_9f", false),
    ("*_sbox", "/run/docker/netns/ingress_sbox", true),
    ("?", "/run/netns/a", true),
    ("?", "/run/netns/ab", false),
    ("b?ue", "/run/netns/blue", true),
    ("[a-c]*", "/run/netns/blue", true),
    ("[a-c]*", "/run/netns/red", false),
    ("[!a-c]*", "/run/netns/red", true),
    ("[a-c]*", "/run/netns/Blue", false),
    // Escaped characters, and incomplete wildcards.
    (#"\*"#, "/run/netns/*", true),
    (#"\*"#, "/run/netns/blue", false),
    (#"\blue"#, "/run/netns/blue", true),
    (#"a\[b]"#, "/run/netns/a[b]", true),
    ("[blue", "/run/netns/[blue", true),
    ("[blue", "/run/netns/b", false),
    // Paths.
    ("/run/netns/blue", "/run/netns/blue", true),
    ("/run/netns/blue", "/run/docker/netns/blue", false),
    ("/run/netns/blue", "/run/netns/blue/", false),
    ("/run/netns/*", "/run/netns/blue", true),
    ("/run/netns/*", "/run/netns/.hidden", true),
    ("/run/netns/*", "/run/netns/a/b", false),
    ("/run/*", "/run/netns/blue", false),
    ("/run/*/*", "/run/netns/blue", true),
    ("/run/netn?/blue", "/run/netns/blue", true),
    ("/run?netns/blue", "/run/netns/blue", false),
    ("/run[/]netns/blue", "/run/netns/blue", false),
    ("/[pr]*/netns/b*", "/run/netns/blue", true),
    (#"/run/netns/\*"#, "/run/netns/*", true),
    (#"/run/netns/\*"#, "/run/netns/blue", false),
    ("/*", "/blue", true),
    // Docker's documentation writes /var/run.
    ("/var/run/docker/netns/*", "/run/docker/netns/lb_x", true),
    ("/var/run/docker/netns/lb_x", "/run/docker/netns/lb_x", true),
    ("/var/run/netns/x", "/run/docker/netns/x", false),
    ("/var/runs/x", "/var/runs/x", true),
    ("/var/runs/x", "/runs/x", false),
    ("/var/*/x", "/run/x", false),
    ("/srv/var/run/x", "/srv/var/run/x", true),
    ("/srv/var/run/x", "/srv/run/x", false),
    // Bytes are compared, so characters that look alike differ.
    ("café", "/run/netns/café", true),
    ("caf\u{E9}", "/run/netns/cafe\u{301}", false),
    ("caf*", "/run/netns/café", true),
    // Words that have a meaning elsewhere.
    ("host", "/run/netns/host", false),
    ("[h]ost", "/run/netns/host", true),
    ("/run/netns/host", "/run/netns/host", true),
    ("Host", "/run/netns/Host", true),
  ]

  @Test(arguments: table)
  func `matches as fnmatch does, and never the host`(text: String, path: String, matches: Bool) throws {
    let pattern = try #require(NamespacePattern(text))
    #expect(pattern.text == text)
    #expect(pattern.matches(isHost: false, paths: [path]) == matches)
    if matches { #expect(pattern.matches(isHost: false, paths: ["/x/y/z", path, "/u/v/w"])) }
    #expect(pattern.matches(isHost: true, paths: [path]) == (text == "host"))
  }

  @Test(arguments: [
    "*", "/run/docker/netns/*", "/run/docker/netns/default", "/var/run/docker/netns/default", "default", "d*", "/*",
    "ho*", "[h]ost", #"\host"#, "/host", "HOST",
  ])
  func `matches the host only by the word host`(text: String) throws {
    let paths = ["/run/docker/netns/default", "/run/netns/host", "/host", "/default"]
    let pattern = try #require(NamespacePattern(text))
    #expect(!pattern.matches(isHost: true, paths: paths))
    #expect(!pattern.matches(isHost: true, paths: []))
  }

  @Test func `matches the host whatever its paths`() throws {
    let host = try #require(NamespacePattern("host"))
    #expect(host.matches(isHost: true, paths: []))
    #expect(host.matches(isHost: true, paths: ["/run/docker/netns/default"]))
    #expect(!host.matches(isHost: false, paths: []))
    #expect(!host.matches(isHost: false, paths: ["/run/netns/host", "/host", "host"]))
  }

  @Test(arguments: ["*", "blue", "/*"])
  func `does not match a namespace that is not bound`(text: String) throws {
    #expect(try #require(NamespacePattern(text)).matches(isHost: false, paths: []) == false)
  }

  @Test(arguments: ["", "a/b", "run/netns/a", "./a", "../a", "*/a", "a/", "[/]", #"\/a"#, "host/"])
  func `is not a relative path`(text: String) {
    #expect(NamespacePattern(text) == nil)
  }
}
