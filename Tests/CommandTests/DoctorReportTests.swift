// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import SystemPackage
import Testing
import Text

@testable import Doctor
@testable import ipvs_timeout

/// What `doctor` writes, word for word.
@Suite struct DoctorReportTests {
  private static let findings: [Finding] = [
    .ok(.ipvs, "IPVS answers"),
    .note(.timeouts, "they are odd", so: "beware"),
    .unchecked(.settings, "this kernel does not show net.ipv4.vs here"),
    .problem(.policy, "they are wrong", so: "nothing works", fix: .command("ipvs-timeout apply --netns blue")),
    .ok(.writers, "none runs"),
  ]

  private static func report(_ name: String, _ findings: [Finding] = findings) -> DoctorReport {
    DoctorReport(target: NamespaceTarget(.named(name)), findings: findings)
  }

  @Test func `is for people the answer, then problems, notes and the rest`() {
    #expect(
      DoctorText([Self.report("blue")]).text == """
        1 problem, 1 note in blue: policy, timeouts; not checked: settings

        problem  policy    they are wrong
                           so: nothing works
                           fix: ipvs-timeout apply --netns blue
        note     timeouts  they are odd
                           so: beware
        note     settings  this kernel does not show net.ipv4.vs here
                           so: this could not be checked

        ok: ipvs, writers (`--all` shows the facts)

        """)
  }

  @Test func `shows each ok on request, and where to look next`() {
    let text = DoctorText([Self.report("blue")], showsNames: false, showsAll: true, hints: ["see also: `more`"]).text
    #expect(
      text.hasSuffix(
        """
        ok       ipvs      IPVS answers
        ok       writers   none runs

        see also: `more`

        """), "\(text)")
    #expect(text.hasPrefix("1 problem, 1 note: policy, timeouts; not checked: settings\n\nproblem  policy  "))
  }

  @Test func `is two lines where all is well`() {
    let report = Self.report("blue", [.ok(.ipvs, "IPVS answers"), .ok(.timeouts, "60 30 60")])
    #expect(
      DoctorText([report], showsNames: false).text == """
        no problem found: 2 checks are ok
        ok: ipvs, timeouts (`--all` shows the facts)

        """)
  }

  /// What could not be checked is in the answer, and is not among the ok.
  static let answers: [([Finding], String)] = [
    ([.ok(.ipvs, "")], "no problem found: 1 check is ok"),
    ([.ok(.ipvs, ""), .unchecked(.policy, "")], "no problem found: 1 check is ok; not checked: policy"),
    ([.ok(.ipvs, ""), .note(.ipvs, "", so: "")], "no problem, 1 note: ipvs"),
    ([.note(.ipvs, "a", so: ""), .note(.ipvs, "b", so: "")], "no problem, 2 notes: ipvs"),
    ([.problem(.policy, "", so: "", fix: .advice("")), .ok(.ipvs, "")], "1 problem: policy"),
  ]

  @Test(arguments: answers)
  func `begins with its answer`(findings: [Finding], answer: String) {
    let text = DoctorText([Self.report("blue", findings)], showsNames: false).text
    #expect(text.split(separator: "\n").first.map(String.init) == answer)
  }

  @Test func `says the same about several namespaces once`() {
    func note(_ number: Int, _ fix: Fix) -> [Finding] { [.note(.outdated, "\(number) are left", so: "wait", fix: fix)] }
    let reports = ["blue", "red"].map { Self.report($0, note(7, .command("ipvs-timeout apply --netns \($0)"))) }
    let other = Self.report("green", note(8, .command("ipvs-timeout apply --netns green")))
    #expect(
      DoctorText(reports + [other]).text == """
        no problem, 2 notes: outdated; virtual services in blue, red and green

        note     outdated  blue and red: 7 are left
                           so: wait
                           fix: ipvs-timeout apply --netns blue --netns red
        note     outdated  green: 8 are left
                           so: wait
                           fix: ipvs-timeout apply --netns green

        """)
    // Commands that differ in more than the option are shown one by one, and not without end.
    let many = (1...7).map { Self.report("n\($0)", note(7, .command("nsenter --net=/run/netns/n\($0) true"))) }
    let lines = DoctorText(many).text.split(separator: "\n").map { $0.drop { $0 == " " } }
    #expect(lines[1] == "note     outdated  n1, n2, n3, n4 and 3 more: 7 are left")
    #expect(
      lines[3...] == [
        "fix: nsenter --net=/run/netns/n1 true", "fix: nsenter --net=/run/netns/n2 true",
        "fix: nsenter --net=/run/netns/n3 true", "fix: nsenter --net=/run/netns/n4 true",
        "fix: the same in 3 more network namespaces: `ipvs-timeout doctor --format json`",
      ])
  }

  @Test func `says which namespaces have services, and folds the others`() {
    let ok: [Finding] = [.ok(.ipvs, "")]
    var bridge = Self.report("bridge", ok)
    bridge.isInUse = false
    let reports = [bridge] + ["lb_a", "lb_b"].map { Self.report($0, ok) }
    #expect(
      DoctorText(reports, idle: ["1-x", "pid 9 (sh)"], unchecked: 3).text == """
        no problem found: 1 check is ok; not checked: 3 more network namespaces (--in-use); virtual services
          in lb_a and lb_b
        ok: ipvs (`--all` shows the facts)
        no virtual service: bridge, 1-x and pid 9 (sh)

        """)
  }

  @Test func `is never wider than the terminal, except for a command`() {
    let words = String(repeating: "word ", count: 60)
    let command = "ipvs-timeout set 60 30 60 --netns " + String(repeating: "n", count: 40)
    let report = Self.report(
      "blue", [.problem(.policy, "\(words)`a b c d e`", so: words, fix: .command(command)), .ok(.ipvs, words)])
    for width in [100, 80, 60, 40] {
      let text = DoctorText([report], showsNames: false, showsAll: true, OutputStyle(width: width)).text
      let lines = text.split(separator: "\n")
      #expect(lines.filter { $0.count > width }.map { $0.drop { $0 == " " } } == (width < 78 ? [command[...]] : []))
      #expect(lines.contains { $0.hasSuffix(command) })
      #expect(text.contains("`a b c d e`"))
    }
    // A command that does not fit after its label has its own line.
    let lines = DoctorText([report], showsNames: false, OutputStyle(width: 95)).text.split(separator: "\n")
    #expect(lines.dropLast().suffix(2) == ["                 fix:", "    \(command)"])
  }

  @Test func `has colour for severities only`() {
    let text = DoctorText([Self.report("blue")], showsNames: false, OutputStyle(isColored: true)).text
    #expect(text.hasPrefix("\u{1B}[1m1 problem, 1 note: policy, timeouts; not checked: settings\u{1B}[0m\n"))
    #expect(text.contains("\n\u{1B}[1;31mproblem\u{1B}[0m  policy    they are wrong\n"))
    #expect(text.contains("\n\u{1B}[1;33mnote   \u{1B}[0m  timeouts  they are odd\n"))
    #expect(text.split(separator: "\u{1B}").count == 8)
  }

  @Test func `is JSON for programs`() {
    let report = Self.report("blue", Array(Self.findings.prefix(2) + Self.findings[3...3]))
    #expect(
      report.json.string
        == #"{"netns":"blue","netns_device":null,"netns_inode":null,"problems":1,"notes":1,"findings":["#
        + #"{"check":"ipvs","severity":"ok","fact":"IPVS answers","consequence":null,"fix":null},"#
        + #"{"check":"timeouts","severity":"note","fact":"they are odd","consequence":"beware","fix":null},"#
        + #"{"check":"policy","severity":"problem","fact":"they are wrong","consequence":"nothing works","#
        + #""fix":"ipvs-timeout apply --netns blue"}]}"# + "\n")
  }
}
