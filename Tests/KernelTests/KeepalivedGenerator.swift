// SPDX-License-Identifier: Apache-2.0

/// Generates configurations of keepalived, most of them nearly valid.
///
/// The same seed generates the same ones.
///
/// It leaves out input that makes keepalived 2.2.7 crash or lose count, which lasts across reloads: a definition that
/// begins with `@`, `~SEQ` without its end, `~LST` that is refused.
struct KeepalivedGenerator {
  private var random: SplitMix64

  init(seed: UInt64) {
    random = SplitMix64(state: seed)
  }

  /// The lines of a configuration, and of a file that it may include.
  mutating func configuration() -> (main: String, included: String) {
    var parts = (0..<one(of: [1, 1, 2, 3])).map { _ in part() }
    if one(of: [true, true, true, false]) { parts.insert(global(), at: parts.count) }
    parts.insert(service(), at: one(of: [0, parts.count]))
    let end = one(of: ["\n", "\n", "\n", "\r\n", " \n", "\t# end\n", "\n\n"])
    // A file that includes itself would never end.
    let lines = [statement(), statement(), statement()].filter { !$0.contains("include") }.joined(separator: "\n")
    let included = one(of: [lines, lines, lines + "\n", ""])
    return (definitions() + parts.joined(separator: "\n").split(separator: "\n").joined(separator: end) + end, included)
  }

  private mutating func service() -> String {
    let text = "virtual_server 192.0.2.100 80 {\n lvs_sched rr\n real_server 198.51.100.2 80 { weight 1 }\n}"
    return one(of: [text, text, text, "@lb1 \(text)", "@^lb2 \(text)", "@lb2 router_id x\n\(text)", "$SERVICE"])
  }

  private mutating func definitions() -> String {
    let lines = [
      "$TIME=\(number())", "$NAME = \(name())", "$NAME=\(name())", "$LINE=lvs_timeouts \(name()) $TIME",
      "$LINE=lvs_timeouts $NAME \(number()) # $TIME", "$MANY=\\\nlvs_timeouts \(name()) \(number()) \\\nrouter_id x",
      "$MANY=lvs_timeouts \(name()) \(number()) \\\n  lvs_timeouts \(name()) $TIME \\\n", "$EMPTY=",
      "$BLOCK=global_defs { \\\n  lvs_timeouts \(name()) \(number()) \\\n}", "$TIME=$TIME0", "$A-B=5",
    ]
    let service = "$SERVICE=virtual_server 192.0.2.100 80 { \\\n real_server 198.51.100.2 80 { weight 1 } \\\n }\n"
    return service + (0..<5).map { _ in one(of: lines) + "\n" }.joined()
  }

  /// A line or block of the top level.
  private mutating func part() -> String {
    switch Int.random(in: 0..<12, using: &random) {
    case 0..<5: global()
    case 5: "vrrp_script \(one(of: ["a", "b"])) {\n\(statement())\n interval 2\n}"
    case 6: "vrrp_script a\n{ \(statement()) }"
    case 7: statement()
    case 8: "no_such_block { x }"
    case 9: "$BLOCK"
    case 10: one(of: ["}", "{", "static_ipaddress { 10.0.0.1 }", "track_file f\nglobal_defs { lvs_timeouts udp 3 }"])
    default: "@\(one(of: ["lb1", "lb2", "^lb1", "^lb2", "lb", "lb11"])) \(global())"
    }
  }

  private mutating func global() -> String {
    let statements = (0..<one(of: [1, 1, 2, 3, 4])).map { _ in statement() }.joined(separator: "\n  ")
    return one(of: [
      "global_defs {\n  \(statements)\n}", "global_defs\n{\n\(statements)\n}", "global_defs { \(statements) }",
      "global_defs {\(statements)}", "global_defs\t{\n\n\t\(statements)}",
    ])
  }

  /// A line or block of `global_defs`.
  private mutating func statement() -> String {
    switch Int.random(in: 0..<24, using: &random) {
    case 0..<9: timeouts()
    case 9: "@\(one(of: ["lb1", "lb2", "^lb1", "^lb2"])) \(timeouts())"
    case 10: "$LINE"
    case 11: "$MANY"
    case 12: one(of: ["${LINE}", "${MANY}", " $LINE ", "$LINE udp 7", "x $MANY"])
    case 13: "lvs_timeouts $NAME ${TIME}"
    case 14: "~SEQ(T, \(one(of: ["1, 4", "9, 5", "2, 3, 11", "8", "$TIME, 7", "4, -2, 1", "x"]))) lvs_timeouts udp 1$T"
    case 15: "~LST({N, T}, {tcp, 11}, {\(name()), \(plain())}) lvs_timeouts $N $T"
    case 16: "~LST(T, 3, \(plain()), 5) lvs_timeouts \(name()) $T"
    case 17: "router_id \(one(of: ["x", "\"a b\"", "\"a # b\"", "a!b", "a\\#b", "${_HASH}", "\"}"]))"
    case 18: "notification_email {\n a@example.net\n \(timeouts())\n}"
    case 19: one(of: ["no_such_word", "no_such_word 5", "lvs_flush", "# \(timeouts())", "! \(timeouts())"])
    case 20: "include included"
    case 21: "include \(one(of: ["included*", "{included,none}", "none", "\"included\"", "${_PWD}/included"]))"
    case 22: "router_id $_INSTANCE \(one(of: ["", "# x", "\\"]))"
    default: "\(timeouts()) \(one(of: ["# udp 4", "! x", "\"", "\\", "\"udp\" 6", "${_BANG} udp 5", "\\# udp 4"]))"
    }
  }

  private mutating func timeouts() -> String {
    let values = (0..<one(of: [1, 1, 2, 3, 4])).map { _ in
      name() + one(of: [" ", " ", " ", "  ", "\t", " \""]) + number()
    }
    return "lvs_timeouts \(values.joined(separator: " "))"
  }

  private mutating func name() -> String {
    one(of: ["tcp", "tcpfin", "udp", "tcp", "tcpfin", "udp", "\"udp\"", "TCP", "none"])
  }

  private mutating func number() -> String {
    switch Int.random(in: 0..<14, using: &random) {
    case 0:
      one(of: ["0", "2678400", "2678401", "4294967297", "-1", "+8", "010", "0x10", "5s", "\"9\"", "\" 9\"", "\"\""])
    case 1: "$TIME"
    case 2: "${TIME}"
    default: plain()
    }
  }

  private mutating func plain() -> String { String(Int.random(in: 1...900, using: &random)) }

  private mutating func one<Choice>(of choices: [Choice]) -> Choice {
    choices[Int.random(in: choices.indices, using: &random)]
  }
}
