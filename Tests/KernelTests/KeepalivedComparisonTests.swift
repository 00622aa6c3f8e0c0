// SPDX-License-Identifier: Apache-2.0

import Glibc
import Subprocess
import SystemPackage
import Testing

extension RealKernel {
  /// The values that `ipvs-timeout doctor` reports for keepalived, compared with the values that keepalived has
  /// written.
  @Suite struct KeepalivedComparisonTests {
    private static let service = "virtual_server 127.0.0.1 8080 { real_server 127.0.0.1 80 { weight 1 } }\n"

    /// Configurations from public reports, with the kernel's values after the start.
    struct Case: CustomTestStringConvertible {
      let testDescription: String
      let files: [String: String]
      var arguments: [String] = []
      var pattern = "keepalived.conf"
      let timeouts: String
    }

    static let cases = [
      Case(
        testDescription: "a brace behind the last value",
        files: ["keepalived.conf": "global_defs\n{\n    lvs_timeouts tcp 624 tcpfin 57 udp 87}\n\(service)"],
        timeouts: "624 57 87"),
      Case(
        testDescription: "a service of one director",
        files: ["keepalived.conf": "global_defs {\n lvs_timeouts tcp 600 tcpfin 31 udp 61\n}\n@lb1 \(service)"],
        arguments: ["-i", "lb1"], timeouts: "600 31 61"),
      Case(
        testDescription: "lines and files of one director",
        files: [
          "keepalived.conf": """
          global_defs {
          @lb1    router_id LB1
          @lb2    router_id LB2
              lvs_timeouts tcp 630 tcpfin 62 udp 92
          }
          @lb1 include vs.conf
          @lb2 include vs.conf

          """, "vs.conf": service,
        ], arguments: ["-i", "lb1"], timeouts: "630 62 92"),
      Case(
        testDescription: "a file of one director",
        files: [
          "keepalived.conf": "@lb1 include lb1.conf\n@lb2 include lb2.conf\n\(service)",
          "lb1.conf": "global_defs {\n  lvs_timeouts tcp 601 tcpfin 32 udp 62\n}\n",
          "lb2.conf": "global_defs {\n  lvs_timeouts tcp 701 tcpfin 42 udp 72\n}\n",
        ], arguments: ["-i", "lb1"], timeouts: "601 32 62"),
      Case(
        testDescription: "a definition for a line",
        files: [
          "keepalived.conf":
            "$LVS_TIMES=lvs_timeouts tcp 602 tcpfin 33 udp 63\nglobal_defs {\n    $LVS_TIMES\n}\n\(service)"
        ], timeouts: "602 33 63"),
      Case(
        testDescription: "files by the present directory",
        files: [
          "keepalived.conf": "include ${_PWD}/conf.d/*.conf\n",
          "conf.d/global.conf": "global_defs {\n    lvs_timeouts tcp 605 tcpfin 36 udp 66\n}\n",
          "conf.d/vs.conf": service,
        ], timeouts: "605 36 66"),
      Case(
        testDescription: "a block on one line",
        files: ["keepalived.conf": "global_defs { lvs_timeouts tcp 606 tcpfin 37 udp 67 }\n\(service)"],
        timeouts: "606 37 67"),
      Case(
        testDescription: "the wrong block",
        files: [
          "keepalived.conf": """
          vrrp_instance VI_1 {
              interface dummy0
              virtual_router_id 51
              lvs_timeouts tcp 608 tcpfin 39 udp 69
              virtual_ipaddress {
                10.9.9.9
              }
          }
          \(service)
          """
        ], timeouts: "900 120 300"),
      Case(
        testDescription: "an option without a value, and a pattern",
        files: [
          "1.conf": "global_defs { lvs_timeouts tcp 640 tcpfin 64 udp 94 }\n", "2.conf": service,
          "keepalived.conf": "global_defs { lvs_timeouts tcp 1111 tcpfin 11 udp 11 }\n\(service)",
        ], arguments: ["-e"], pattern: "[12].conf", timeouts: "640 64 94"),
      Case(
        testDescription: "a service that has no real server",
        files: ["keepalived.conf": "global_defs { lvs_timeouts tcp 5 }\nvirtual_server 192.0.2.1 80 {\n}\n"],
        timeouts: "5 120 300"),
      Case(
        testDescription: "no service",
        files: ["keepalived.conf": "global_defs { lvs_timeouts tcp 5 }\n"], timeouts: "900 120 300"),
    ]

    @Test(arguments: cases) func reportsWhatKeepalivedHasWritten(_ example: Case) async throws {
      let (netns, directory) = (Namespace.current, ScratchDirectory.current)
      try await KeepalivedRun.during(
        example.files, example.arguments, pattern: example.pattern, in: netns, directory
      ) { run in
        expect(try await netns.timeouts(), equals: example.timeouts)
        let (finding, values) = try await said(in: netns)
        #expect(values == example.timeouts, "\(finding)")
      }
    }

    @Test func belongsToTheNamespaceThatItNames() async throws {
      let (netns, directory) = (Namespace.current, ScratchDirectory.current)
      try await withNamespace { blue in
        let name = try #require(blue.name)
        let text = "net_namespace_ipvs \(name)\nglobal_defs {\n lvs_timeouts tcp 609 tcpfin 40 udp 70\n}\n"
        try await Guest.output(blue.entering + ["ip", "link", "set", "lo", "up"])
        try await KeepalivedRun.during(
          ["keepalived.conf": text + Self.service], [], pattern: "keepalived.conf", in: netns, directory
        ) { _ in
          expect(try await blue.timeouts(), equals: "609 40 70")
          expect(try await netns.timeouts(), equals: "900 120 300")
          let here = try await netns.finding(about: "writers")
          #expect(here.severity == "ok")
          #expect(here.fact.hasSuffix(" runs here, and its virtual services are in another network namespace"))
          let there = try await blue.finding(about: "writers")
          #expect(there.severity == "note")
          #expect(there.fact.hasSuffix("keepalived.conf says; the kernel has them"), "\(there)")
        }
      }
    }

    /// A file that was changed, and a file without the line, while keepalived keeps its old values.
    @Test func seesThatTheFileIsNewer() async throws {
      let (netns, directory) = (Namespace.current, ScratchDirectory.current)
      let path = "\(directory.path)/keepalived.conf"
      try await KeepalivedRun.during(
        ["keepalived.conf": "global_defs { lvs_timeouts tcp 500 }\n\(Self.service)"], [], pattern: "keepalived.conf",
        in: netns, directory
      ) { run in
        #expect(try await netns.finding(about: "writers").severity == "note")
        try run.write("keepalived.conf", "global_defs { lvs_timeouts tcp 7200 }\n\(Self.service)")
        let changed = try await netns.finding(about: "writers")
        #expect(changed.severity == "problem")
        #expect(
          changed.fact.hasSuffix(
            "writes tcp 7200 s, as \(path) says, but the kernel has tcp 500 s; the file was changed after keepalived had"
              + " read it"), "\(changed)")
        #expect(
          changed.fix?.hasPrefix("`systemctl reload keepalived`, if you want the change; if not, lvs_timeouts tcp 500")
            == true)
        try await run.reload()
        expect(try await netns.timeouts(), equals: "7200 120 300")
        #expect(try await netns.finding(about: "writers").severity == "note")

        try run.write("keepalived.conf", Self.service)
        let removed = try await netns.finding(about: "writers")
        #expect(removed.severity == "note")
        #expect(
          removed.fact.hasSuffix(
            "has no lvs_timeouts in \(path), and writes none; \(path) was changed after keepalived had read it"),
          "\(removed)")
        try await netns.set(60, 30, 60)
        // A reading in the first seconds counts as the start.
        try await Task.sleep(for: .seconds(5))
        try await run.reload()
        expect(try await netns.timeouts(), equals: "900 120 300")
        #expect(
          try await netns.finding(about: "writers").fact.hasSuffix("and writes none; it was reloaded after its start"))
      }
    }

    /// Reloads are quicker than starts.
    ///
    /// Between two configurations, keepalived restores the values before the first one.
    @Test func reportsWhatKeepalivedWritesWithGeneratedConfigurations() async throws {
      let (netns, directory) = (Namespace.current, ScratchDirectory.current)
      let seed = Guest.variable("IPVS_TIMEOUT_SEED").flatMap { UInt64($0) } ?? .random(in: .min ... .max)
      let count = Guest.variable("IPVS_TIMEOUT_CONFIGURATIONS").flatMap { Int($0) } ?? 40
      print("\(count) made-up configurations of keepalived; IPVS_TIMEOUT_SEED=\(seed)")
      var generator = KeepalivedGenerator(seed: seed)
      var (written, unknown, broken, done) = (0, 0, 0, 0)
      let end = ContinuousClock.now + .seconds(20)
      while done < count, ContinuousClock.now < end {
        // The next keepalived would find the values that a killed one has left.
        try await Guest.output(netns.entering + [Guest.ipvsadm, "-C"])
        try await netns.set(900, 120, 300)
        try await KeepalivedRun.during(
          ["keepalived.conf": "global_defs { lvs_timeouts tcp 1 }\n\(Self.service)"], ["-i", "lb1"],
          pattern: "keepalived.conf", in: netns, directory
        ) { run in
          while done < count, ContinuousClock.now < end {
            done += 1
            let (main, included) = generator.configuration()
            try run.write("included", included)
            try run.write("keepalived.conf", main)
            do {
              try await run.reload(within: .seconds(3))
            } catch {
              // Some configurations crash keepalived itself.
              broken += 1
              return
            }
            let kernel = try await netns.timeouts()
            let (finding, values) = try await said(in: netns)
            if kernel != "900 120 300" { written += 1 }
            if values == nil { unknown += 1 }
            #expect(
              values == nil || values == kernel,
              "IPVS_TIMEOUT_SEED=\(seed), number \(done): \(finding)\n\(main)\n-- included:\n\(included)")
          }
        }
      }
      print(
        "of \(done) configurations, keepalived wrote with \(written) and broke with \(broken); \(unknown) are unknown")
      #expect(written * 4 >= done && unknown * 3 <= done && broken * 5 <= done + 5, "too few of one kind")
    }

    /// The timeouts that follow from `doctor`'s report about keepalived; `nil` if `doctor` reports that it does not
    /// know.
    private func said(in netns: Namespace) async throws -> (DoctorFinding, String?) {
      let finding = try await netns.finding(about: "writers")
      // One that runs already writes also without a service.
      if finding.fact.contains("cannot find out what it writes") || finding.fact.contains("; yet the timeouts have") {
        #expect(finding.severity == "note")
        return (finding, nil)
      }
      var values = ["tcp": "900", "tcpfin": "120", "udp": "300"]
      guard
        let list = finding.fact.split(separator: " writes ", maxSplits: 1).dropFirst().first?.split(separator: ", as ")
          .first,
        !list.hasPrefix("none")
      else {
        let isNothing = finding.fact.contains("has no lvs_timeouts") || finding.fact.contains("but no virtual_server")
        #expect(isNothing, "\(finding)")
        return (finding, "900 120 300")
      }
      for words in list.split(separator: ", ").map({ $0.split(separator: " ") }) {
        values[String(try #require(words.first))] = String(try #require(words.dropFirst().first))
      }
      return (finding, ["tcp", "tcpfin", "udp"].compactMap { values[$0] }.joined(separator: " "))
    }
  }
}
