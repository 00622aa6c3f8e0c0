// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import SystemPackage
import Testing

/// The forms of a policy, and its meaning.
@Suite struct PolicyFileTests {
  @Test func `is read as the documentation shows it`() throws {
    let text = """
      # namespace          tcp   tcpfin  udp
      host                 15m   30s     60s
      /run/docker/netns/*  2h    -       -
      ingress_sbox         2h    60s     30s

      """
    let policy = try policy(text)
    #expect(policy.path == "p.conf")
    #expect(
      policy.rows == [
        Row(2, "host", Timeouts(tcp: 900, tcpFin: 30, udp: 60)),
        Row(3, "/run/docker/netns/*", Timeouts(tcp: 7_200)),
        Row(4, "ingress_sbox", Timeouts(tcp: 7_200, tcpFin: 60, udp: 30)),
      ])
  }

  @Test func `is in etc by default`() {
    #expect(PolicyFile.usualPath == "/etc/ipvs-timeout.conf")
  }

  @Test(arguments: [
    "", "\n", "\n\n\n", " ", "\t \t", "#", "# a comment", "  # a comment\n", "#host 1 2 3", "\t#host 1 2 3\r\n", "\r\n",
    "\r", "\u{FEFF}", "\u{FEFF}\r\n", "\u{FEFF}# a comment",
    "# tab\tin a comment, # twice, and Ünïcödé 🐧",
  ])
  func `may be empty`(text: String) throws {
    #expect(try policy(text).lines.isEmpty)
    #expect(try policy(text).demand(isHost: true, paths: ["/run/netns/a"]).timeouts == Timeouts())
  }

  /// Different spellings of the same line.
  @Test(arguments: [
    "blue 1 2 3", "blue 1 2 3\n", "blue 1 2 3\r\n", "blue 1 2 3\r", "\u{FEFF}blue 1 2 3\n", "\u{FEFF}blue 1 2 3\r\n",
    "blue\t1\t2\t3", " \t blue \t 1 \t 2 \t 3 \t \n", "blue 1s 2s 3s", "blue 1 2 3 #", "blue 1 2 3 # 4",
    "blue 1 2 3\t#4", "blue 1 2 3 # café\u{A0}🐧", "blue 1 2 3 \r\n\r\n \r\n",
  ])
  func `may be written in many ways`(text: String) throws {
    #expect(try policy(text).rows == [Row(1, "blue", Timeouts(tcp: 1, tcpFin: 2, udp: 3))])
  }

  @Test(arguments: ["a#b", "a#", "a##"])
  func `has no comment inside a word`(word: String) throws {
    #expect(try policy("\(word) 1 2 3").rows == [Row(1, word, Timeouts(tcp: 1, tcpFin: 2, udp: 3))])
  }

  @Test(
    arguments: [
      ("default default default", .kernelDefault),
      ("- - -", Timeouts()),
      ("0 0 0", Timeouts()),
      ("- 0 5", Timeouts(udp: 5)),
      ("1h30m - default", Timeouts(tcp: 5_400, udp: 300)),
      ("- default -", Timeouts(tcpFin: 120)),
      ("31d 1 2678400", Timeouts(tcp: 2_678_400, tcpFin: 1, udp: 2_678_400)),
    ] as [(String, Timeouts)])
  func `has values as on the command line`(values: String, timeouts: Timeouts) throws {
    #expect(try policy("host \(values)").rows == [Row(1, "host", timeouts)])
  }

  @Test func `numbers its lines as an editor does`() throws {
    let text = "\u{FEFF}\r\n# one\r\na 1 - -\r\n\r\n\n  # two\nb 2 - -\n\nc 3 - -"
    #expect(
      try policy(text).rows == [
        Row(3, "a", Timeouts(tcp: 1)), Row(7, "b", Timeouts(tcp: 2)), Row(9, "c", Timeouts(tcp: 3)),
      ])
  }

  @Test(arguments: ["Ünïcödé", "日本語", "🐧", "-", "0", "default", "Host", "a\\b", "\"quoted\""])
  func `accepts any word without a slash as a name`(name: String) throws {
    #expect(try policy("\(name) 1 - -").rows == [Row(1, name, Timeouts(tcp: 1))])
  }
}
