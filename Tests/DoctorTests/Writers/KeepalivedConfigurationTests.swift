// SPDX-License-Identifier: Apache-2.0

import Glibc
import IPVS
import Linux
import SystemPackage
import TestSupport
import Testing

@testable import Doctor

/// What keepalived is taken to write, by its arguments and by files, which are below a directory that is its root.
@Suite struct KeepalivedConfigurationTests {
  typealias Plan = TimeoutWriter.Plan

  static let file = "/etc/keepalived/keepalived.conf"
  static let service = "virtual_server 192.0.2.100 80 {\n real_server 198.51.100.2 80 { weight 1 }\n}\n"

  func reading(
    _ files: [String: String], _ arguments: [String] = [], hostName: String? = "lb1.example.net"
  ) async throws -> WriterReading {
    try await withTemporaryDirectory { root in
      for (path, text) in files { try root.pushing(FilePath(String(path.dropFirst()))).write(text) }
      return .keepalived(arguments, ProcessFiles(root: root, directory: "/srv"), hostName: hostName)
    }
  }

  private func plan(_ text: String, _ arguments: [String] = [], hostName: String? = "lb1.example.net") async throws
    -> Plan
  {
    try await reading([Self.file: text], arguments, hostName: hostName).plan
  }

  func writes(_ tcp: Timeout?, _ tcpFin: Timeout? = nil, _ udp: Timeout? = nil, in file: String = file) -> Plan {
    .writes(Timeouts(tcp: tcp, tcpFin: tcpFin, udp: udp), in: .file(file))
  }

  @Test(arguments: [
    ("tcp 600 tcpfin 50 udp 40", Timeouts(tcp: 600, tcpFin: 50, udp: 40)),
    ("udp 40 ! what follows says nothing: tcp 5", Timeouts(udp: 40)), ("tcp 15m udp 40", Timeouts(udp: 40)),
    ("tcp 0 udp 40", Timeouts(udp: 40)), ("tcp 60 tcp 0 udp 40", Timeouts(udp: 40)),
    ("tcp 2678401 udp 40", Timeouts(udp: 40)), ("tcp 2678400", Timeouts(tcp: 2_678_400)),
    (#"tcp "65""#, Timeouts(tcp: 65)), (#"tcp"65""#, Timeouts(tcp: 65)), (#"tcp " 65""#, Timeouts(tcp: 65)),
    (#"tcp "65 ""#, Timeouts()), ("tcp 010 udp +72", Timeouts(tcp: 10, udp: 72)), ("tcp -5 udp 1", Timeouts(udp: 1)),
    ("TCP 73 udp 5", Timeouts(udp: 5)), ("tcp 60 foo 3", Timeouts(tcp: 60)), ("tcp udp 60", Timeouts()),
    ("tcp 60 tcp 70", Timeouts(tcp: 70)), (#"tcp 64 \"#, Timeouts()), (#"tcp 64\"#, Timeouts()),
    ("tcp 5 udp", Timeouts(tcp: 5)), ("tcp", Timeouts()), (#"tcp 5 udp "6"#, Timeouts(tcp: 5)),
    (#"tcp "" udp 6"#, Timeouts(udp: 6)), ("tcp 99999999999999999999 udp 6", Timeouts(udp: 6)),
  ])
  func `takes the values that keepalived takes`(_ words: String, _ timeouts: Timeouts) async throws {
    let text = "global_defs {\n  lvs_timeouts \(words)\n}\n# lvs_timeouts tcp 1\n\(Self.service)"
    let nothing = Plan.nothing("has no lvs_timeouts in /etc/keepalived/keepalived.conf, and writes none")
    expect(try await plan(text), equals: (timeouts == Timeouts() ? nothing : .writes(timeouts, in: .file(Self.file))))
  }

  /// Each with what keepalived 2.2.7 writes: the test with the real one runs most of them, too.
  @Test(arguments: [
    ("global_defs { lvs_timeouts tcp 5 }", 5),
    ("global_defs\n{\n    lvs_timeouts tcp 5}", 5),
    ("global_defs {\n}\nglobal_defs { lvs_timeouts tcp 4 }\nglobal_defs { lvs_timeouts tcp 5 }", 5),
    ("lvs_timeouts tcp 5", nil),
    ("vrrp_instance A {\n lvs_timeouts tcp 5\n}", nil),
    ("vrrp_instance A {\n global_defs { lvs_timeouts tcp 5 }\n}", nil),
    ("vrrp_instance A\n{\n virtual_ipaddress { 10.0.0.1 }\n}\nglobal_defs { lvs_timeouts tcp 5 }", 5),
    ("vrrp_sync_group A { group { x } }\nglobal_defs { lvs_timeouts tcp 5 }", 5),
    ("no_such_block {\nglobal_defs { lvs_timeouts tcp 5 }\n}", 5),
    ("global_defs {\n no_such_block { x }\n lvs_timeouts tcp 5\n}", nil),
    ("global_defs {\n notification_email {\n  a@example.net\n  lvs_timeouts tcp 4\n }\n lvs_timeouts tcp 5\n}", 5),
    ("global_defs {\n notification_email { a@example.net }\n lvs_timeouts tcp 5\n}", 5),
    ("global_defs {\n router_id \"{\"\n lvs_timeouts tcp 5\n}", 5),
    ("global_defs {\n router_id \"a # b\" # c\n lvs_timeouts tcp 5 # tcp 6\n}", 5),
    ("$T=5\nglobal_defs { lvs_timeouts tcp $T }", 5),
    ("$T=5\nglobal_defs { lvs_timeouts tcp $T}", nil),
    ("$T=5\nglobal_defs {\nlvs_timeouts tcp $T\n}", 5),
    ("$T=5\nglobal_defs {\nlvs_timeouts tcp ${T}\n}", 5),
    ("$T=5\nglobal_defs {\nlvs_timeouts tcp 1${T}0\n}", 150),
    ("$T=5\nglobal_defs {\nlvs_timeouts tcp $T,\n}", nil),
    ("$A=lvs_timeouts\n$T=$A tcp 5\nglobal_defs {\n$T\n}", 5),
    ("$T=tcp 5\n$T=tcp 6\nglobal_defs {\nlvs_timeouts $T\n}", 6),
    ("$T=global_defs { \\\nlvs_timeouts tcp 5 \\\n}\n$T\n", 5),
    ("$T=\\\nlvs_timeouts tcp 5 \\\nrouter_id x\nglobal_defs {\n$T\n}", 5),
    ("$T=lvs_timeouts \\\nglobal_defs {\n$T tcp 5\n}", nil),
    ("$T=tcp 5 ${_HASH} tcp 6\nglobal_defs {\nlvs_timeouts $T\n}", 5),
    ("$_PWD=tcp\nglobal_defs {\nlvs_timeouts $_PWD 5\n}", 5),
    ("global_defs {\nlvs_timeouts tcp $NONE\n}", nil),
    ("global_defs {\n~SEQ(T, 3, 5) lvs_timeouts tcp $T\n}", 5),
    ("global_defs {\n~SEQ(T, 9, -2, 4) lvs_timeouts tcp $T\n}", 5),
    ("global_defs {\n~SEQ(T, 5) lvs_timeouts tcp $T\n}", 5),
    ("global_defs {\n~SEQx(T, 9, 16) lvs_timeouts tcp $T\n}", 10),
    ("$N=6\nglobal_defs {\n~SEQ(T, 3, $N) lvs_timeouts tcp $T\n}", 6),
    ("global_defs {\n~SEQ(T, 3, x) lvs_timeouts tcp $T\n}", nil),
    ("global_defs {\n~LST(T, 3, 5) lvs_timeouts tcp $T\n}", 5),
    ("global_defs {\n~LST({N, T}, {tcp, 3}, {tcp, 5}) lvs_timeouts $N $T\n}", 5),
    ("global_defs {\n@lb1 lvs_timeouts tcp 5\n@lb2 lvs_timeouts tcp 6\n}", 5),
    ("global_defs {\n@^lb1 lvs_timeouts tcp 6\n@^lb2 lvs_timeouts tcp 5\n}", 5),
    ("global_defs {\n@lb1 @lb2 lvs_timeouts tcp 6\n@lb1\n}", nil),
    ("$ME=lb1\n@$ME global_defs { lvs_timeouts tcp 5 }\n", nil),
    ("global_defs {\n@${_INSTANCE} lvs_timeouts tcp 5\n}", nil),
    ("$A=$A\n", nil),
    ("}\n}\nglobal_defs { lvs_timeouts tcp 5 }", 5),
    ("global_defs {\n \\# \\! lvs_timeouts tcp 5\n}", nil),
    ("global_defs {\r\n lvs_timeouts tcp 5\r\n}\r\n", 5),
    ("global_defs {\n lvs_timeouts tcp 5 # \\\n}", nil),
  ])
  func `splits lines and blocks as keepalived does`(_ text: String, _ tcp: Int?) async throws {
    let nothing = Plan.nothing("has no lvs_timeouts in /etc/keepalived/keepalived.conf, and writes none")
    expect(try await plan("\(text)\n\(Self.service)"), equals: tcp.map { writes(Timeout(seconds: $0)) } ?? nothing)
  }

  @Test(
    arguments: [
      ("@lb1 global_defs { lvs_timeouts tcp 5 }", [], "lb1", 5),
      ("@lb1 global_defs { lvs_timeouts tcp 5 }", [], "lb2", nil),
      ("@lb1 global_defs { lvs_timeouts tcp 5 }", ["-i", "lb1"], "lb2", 5),
      ("@lb1 global_defs { lvs_timeouts tcp 5 }", ["--config-id=lb1"], nil, 5),
      ("@lb1 global_defs { lvs_timeouts tcp 5 }", ["-ilb1"], nil, 5),
      ("$T=${_INSTANCE} global_defs { lvs_timeouts tcp 5 }\n@$T", [], "lb1", nil),
      (
        "vrrp_instance A {\n@lb1 priority 100\n@^lb1 priority ${_RANDOM 1 9}\n}\nglobal_defs { lvs_timeouts tcp 5 }",
        [], nil, 5
      ),
      ("global_defs {\n@lb1 router_id A\nrouter_id ${_INSTANCE}\nlvs_timeouts tcp 5\n}", [], nil, 5),
    ] as [(String, [String], String?, Int?)])
  func `goes by the name of the instance`(
    _ text: String, _ arguments: [String], _ hostName: String?, _ tcp: Int?
  ) async throws {
    let nothing = Plan.nothing("has no lvs_timeouts in /etc/keepalived/keepalived.conf, and writes none")
    expect(
      try await plan("\(text)\n\(Self.service)", arguments, hostName: hostName),
      equals: tcp.map { writes(Timeout(seconds: $0)) } ?? nothing)
  }

  @Test(arguments: [
    ("global_defs {\n@lb1 lvs_timeouts tcp 5\n}", 2, "what @lb1 stands for is not known"),
    ("@lb1 $X=5", 1, "what @lb1 stands for is not known"),
    ("\n@lb1 include x", 2, "what @lb1 stands for is not known"),
    ("@lb1 virtual_server 192.0.2.1 80 {\n}", 1, "what @lb1 stands for is not known"),
    ("@^lb1 ~SEQ(X, 5) a", 1, "what @^lb1 stands for is not known"),
    ("global_defs {\nlvs_timeouts tcp ${_RANDOM 5 9}\n}", 2, "what ${_RANDOM 5 9} stands for is not known"),
    ("global_defs {\nlvs_timeouts tcp $_RANDOM\n}", 2, "what $_RANDOM stands for is not known"),
    ("include ${_ENV FILE}", 1, "what ${_ENV FILE} stands for is not known"),
    (
      "global_defs {\nlvs_timeouts tcp 5 \(String(repeating: " ", count: 1100))udp 6\n}", 2,
      "what lvs_timeouts tcp 5 stands for is not known"
    ),
    (
      "\n~LST({N, T}, {tcp, 5}, {tcp, 6, 7}) lvs_timeouts $N $T", 2,
      "keepalived refuses this ~LST, and loses count of others"
    ),
    ("track_file f\nglobal_defs { lvs_timeouts udp 3 }", 2, "there is no { before global_defs"),
    ("$A=x$A\n$A", 2, "with what stands for $A it is too long"),
    ("~SEQ(X, 1, 1000000) router_id A", 1, "more than 200000 lines are too many to be read here"),
  ])
  func `says what it does not understand`(_ text: String, _ line: Int, _ reason: String) async throws {
    expect(try await plan(text, hostName: nil), equals: .unknown("\(Self.file) line \(line): \(reason)"))
  }

  @Test func `does not hang where keepalived would`() async throws {
    let text = "$A=$B\n$B=$A\nrouter_id $A\n"
    expect(
      try await plan(text), equals: .unknown("\(Self.file) line 3: more than 200000 lines are too many to be read here")
    )
  }

  @Test(arguments: [
    "", "{", "}", "\"", "\\", "@", "@^", "@x", "~", "~SEQ", "~SEQ(", "~SEQ(X", "~SEQ(X,", "~SEQ(X,)", "~SEQ(X,1",
    "~LST",
    "~LST(", "~LST({", "~LST({}", "~LST(X,", "~LST({X,Y},{1", "~LST(X,1) ", "$", "$=", "$X=", "$X=\\", "$X=\\\n\\\n",
    "${", "${}", "${X", "$X=a\n${X }", "include", "include ", "include {", "include {a,", "include [", "include \\",
    "global_defs", "global_defs {", "global_defs { lvs_timeouts", "\0", "\u{1}\u{7F}", "\r", "net_namespace_ipvs",
    "virtual_server", "notification_email", "global_defs {\nnotification_email", "~SEQx(X, -1)",
    "~SEQ(X, 9223372036854775807)",
    "~SEQ(X, 9223372036854775806, 9223372036854775807) y", "~SEQ(X, 99999999999999999999, 1) y",
  ])
  func `reads anything`(_ text: String) async throws {
    for text in [text, text + "\n", "global_defs {\n\(text)\n}\n", "$A=\(text)\n$A\n"] {
      _ = try await plan(text)
    }
  }

  @Test func `writes nothing without a virtual service`() async throws {
    let idle = Plan.idle(Timeouts(tcp: 5), in: .file(Self.file))
    let text = "global_defs { lvs_timeouts tcp 5 }\n"
    expect(try await plan(text), equals: idle)
    expect(try await plan("\(text)vrrp_script a {\nvirtual_server 192.0.2.1 80 {\n}\n}\n"), equals: idle)
    // One without real servers has keepalived start what writes them.
    expect(try await plan("\(text)virtual_server 192.0.2.1 80 {\n}\n"), equals: writes(5))
    expect(try await plan(text, ["--all"]), equals: writes(5))
    expect(try await plan("\(text)virtual_server_group A { 192.0.2.1 80 }\n"), equals: idle)
    expect(try await plan(text + Self.service), equals: writes(5))
    expect(try await plan("\(text)virtual_server fwmark 1\n{\nreal_server 192.0.2.1 0\n{\n}\n}\n"), equals: writes(5))
  }

  @Test(arguments: [["--vrrp"], ["-lP"], ["-V", "-P"], ["-PC"]])
  func `writes nothing for VRRP only`(_ arguments: [String]) async throws {
    let text = "global_defs { lvs_timeouts tcp 5 }\n\(Self.service)"
    expect(try await plan(text, arguments), equals: .nothing("was started for VRRP only, and writes none"))
    expect(try await plan(text, arguments + ["--all"]), equals: writes(5))
  }

  @Test(arguments: [
    ["-f", "/lvs.conf"], ["-f/lvs.conf"], ["-lnDf", "/lvs.conf"], ["-p", "-f", "-f", "/lvs.conf"],
    ["-n", "-f", "../lvs.conf"],
    ["--use-file=/lvs.conf"], ["--dont-fork", "--use-file", "/lvs.conf"], ["--use", "/lvs.conf"],
    ["-e", "-f", "/lvs.conf"],
    ["-n", "-l", "-e", "-f", "/lvs.conf"], ["-f", "/l*.conf"], ["-f", "/{lvs,none}.conf"], ["-t", "-f/lvs.conf", "x"],
  ])
  func `finds out where its configuration is`(_ arguments: [String]) async throws {
    let files = ["/lvs.conf": "global_defs { lvs_timeouts tcp 5 }\n\(Self.service)", "/srv/x": "", Self.file: ""]
    let path = arguments.contains("../lvs.conf") ? "/srv/../lvs.conf" : "/lvs.conf"
    expect(try await reading(files, arguments).plan, equals: writes(5, in: path))
  }

  @Test func `does not know in which directory it was started`() async throws {
    expect(
      try await reading(["/srv/a.conf": ""], ["-f", "a.conf"]).plan,
      equals: .unknown("a.conf: it is not known in which directory it is"))
  }

  @Test func `writes into the network namespace that it names`() async throws {
    let text = "net_namespace_ipvs blue\nglobal_defs { lvs_timeouts tcp 5 }\n\(Self.service)"
    let files = [Self.file: text, "/var/run/netns/blue": ""]
    let found = try await reading(files)
    #expect(found.plan == writes(5))
    #expect(found.namespace != nil)
    expect(
      try await reading([Self.file: text]).plan,
      equals: .unknown("its net_namespace_ipvs /var/run/netns/blue cannot be found"))
    let first = try await reading([Self.file: text.replacingBlue("")])
    #expect(first.namespace == (try? NamespaceIdentity("/proc/1/ns/net")))
    expect(try await reading([Self.file: "net_namespace red\n\(Self.service)"]).namespace, equals: nil)
  }

  @Test func `cannot be read`() async throws {
    expect(try await reading([:]).plan, equals: .unknown("\(Self.file): there is no such file"))
    expect(try await reading([:], ["-f", "/x\u{1B}[2J"]).plan, equals: .unknown("/x\\u{1B}[2J: there is no such file"))
  }
}

extension String {
  fileprivate func replacingBlue(_ name: String) -> String {
    split(separator: "blue", omittingEmptySubsequences: false).joined(separator: name)
  }
}

/// Expects a value that it took a process or a file to find out: unlike `#expect` with `await` in it, this shows the value.
func expect<Value: Equatable>(_ actual: Value, equals wanted: Value, sourceLocation: SourceLocation = #_sourceLocation)
{
  #expect(actual == wanted, sourceLocation: sourceLocation)
}
