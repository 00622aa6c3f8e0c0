// SPDX-License-Identifier: Apache-2.0

import Directors
import IPVS
import Linux
import SystemPackage
import Testing
import Text

@testable import ipvs_timeout

/// Failures in one of several namespaces, as programs read them on standard output.
@Suite struct ReportFailureTests {
  private static let error = DirectorError.kernel(
    IPVSError(.noSuchNamespace, .open, in: .named("no-such"), errno: .noSuchFileOrDirectory))
  private static let failure = NamespaceFailure(NamespaceTarget(.named("no-such")), error)
  private static let sentence =
    "cannot open IPVS in the network namespace no-such: there is no such namespace (No such file or directory, errno 2);"
    + " run `ipvs-timeout show --all-netns` for a list"

  @Test func `are objects in JSON, and nothing in lines for people`() {
    let reports = [ReportTests.report(.named("blue"), .kernelDefault), TimeoutsReport(Self.failure)]
    let json = TimeoutsFormat.json.render(reports).string.split(separator: "\n")
    #expect(
      json.last
        == #"{"netns":"no-such","netns_device":null,"netns_inode":null,"error":"\#(Self.sentence)","status":71}"#)
    #expect(json.count == 2)
    #expect(TimeoutsFormat.text.render(reports).string == "blue: Timeout (tcp tcpfin udp): 900 120 300\n")
    #expect(TimeoutsFormat.rules.render(reports).string == "--set 900 120 300\n")
  }

  @Test func `are a sample of 0 in Prometheus`() {
    let reports = [TimeoutsReport(Self.failure), ReportTests.report(.named("blue"), Timeouts(tcp: 60))]
    #expect(
      TimeoutsFormat.prometheus.render(reports).string == """
        # HELP ipvs_timeout_seconds IPVS connection timeout.
        # TYPE ipvs_timeout_seconds gauge
        ipvs_timeout_seconds{netns="blue",timeout="tcp"} 60
        # HELP ipvs_timeout_up Whether the timeouts could be read.
        # TYPE ipvs_timeout_up gauge
        ipvs_timeout_up{netns="no-such"} 0
        ipvs_timeout_up{netns="blue"} 1

        """)
    var metrics = ConnectionsMetrics()
    metrics.add(Self.failure)
    #expect(metrics.text.hasSuffix("\nipvs_timeout_connections_up{netns=\"no-such\"} 0\n"))
  }

  /// A namespace has the device and inode of its file, whatever its name; a file that is not a namespace has none.
  @Test func `name their namespace by device and inode`() throws {
    let own = try #require(NetworkNamespace.current.identity)
    let identity = #","netns_device":\#(own.device),"netns_inode":\#(own.inode),"#
    for name in ["host", "/proc/self/ns/net"] {
      let report = ReportTests.report(NetworkNamespace(parsing: name), .kernelDefault)
      #expect(report.json.string.hasPrefix(#"{"netns":"\#(name)"\#(identity)"backend":"#))
      let failure = NamespaceFailure(NamespaceTarget(NetworkNamespace(parsing: name)), "sentence", .refused)
      #expect(failure.json.string == #"{"netns":"\#(name)"\#(identity)"error":"sentence","status":71}"# + "\n")
    }
    #expect(TimeoutsReport(backend: .netlink, content: .timeouts(.kernelDefault)).json.string.contains(identity))
    for name in ["/etc/passwd", "/no/such"] {
      let report = ReportTests.report(NetworkNamespace(parsing: name), .kernelDefault)
      #expect(report.json.string.hasPrefix(#"{"netns":"\#(name)","netns_device":null,"netns_inode":null,"#))
    }
  }

  @Test func `come before later results, whatever the command`() async throws {
    for (command, result) in [
      ("show", #""timeouts":{"tcp":900,"tcpfin":120,"udp":300}}"#),
      ("set --udp 300", #""after":{"tcp":900,"tcpfin":120,"udp":300},"changed":false,"dry_run":false}"#),
      ("verify --udp 300", #""drift":[]}"#),
      ("apply \"$policy\"", #""changed":false,"dry_run":false}"#),
    ] {
      try await withPrivateNamespaces { namespaces in
        let ending = try await namespaces.run(
          policy: "blue - - 300\n",
          "bind /run/netns/blue; \"$program\" \(command) --netns no-such --netns blue $ipvsadm --format json")
        #expect(ending.status == 71)
        let lines = ending.output.anonymous.split(separator: "\n")
        #expect(lines.count == 2, "\(ending)")
        let sentence = ending.errors.split(separator: "\n").map { $0.dropFirst("ipvs-timeout: ".count) }
        #expect(sentence.count == 1 && lines.first == #"{"netns":"no-such","error":"\#(sentence[0])","status":71}"#)
        #expect(lines.last?.hasPrefix(#"{"netns":"blue","backend":"ipvsadm","#) == true, "\(ending)")
        #expect(lines.last?.hasSuffix(result) == true, "\(ending)")
      }
    }
  }

  /// A failure that is the same everywhere is one sentence for people, but programs look for each namespace.
  @Test func `are reported for each namespace if they are the same everywhere`() async throws {
    let refusal = "echo \"Can't initialize ipvs: Permission denied (you must be root)\" >&2; exit 2"
    try await withPrivateNamespaces(first: refusal) { namespaces in
      for command in ["show", "set --udp 5", "verify --udp 5"] {
        let named = "--netns no-such --netns host --netns blue"
        let ending = try await namespaces.run(
          "bind /run/netns/blue; \"$program\" \(command) \(named) $ipvsadm --format json; echo $?;"
            + "\"$program\" \(command) $ipvsadm --format json")
        #expect(ending.status == 77)
        #expect(ending.errors.split(separator: "\n").count == 3, "\(ending)")
        let lines = ending.output.split(separator: "\n")
        let starts = [#"{"netns":"no-such","#, #"{"netns":"host","#, #"{"netns":"blue","#, "77", #"{"netns":"host","#]
        #expect(lines.count == starts.count, "\(ending)")
        for (line, start) in zip(lines, starts) { #expect(line.hasPrefix(start)) }
        for line in lines where line.hasPrefix("{") && !line.contains("no-such") {
          #expect(line.contains(#""error":"cannot "#) && line.hasSuffix(#","status":77}"#))
        }
      }
      let quiet = try await namespaces.run("\"$program\" show $ipvsadm --format json --quiet")
      #expect(quiet.output == "" && quiet.status == 77)
    }
  }

  @Test func `are written even with --changed-only`() async throws {
    try await withPrivateNamespaces { namespaces in
      let apply = "\"$program\" apply \"$policy\" --changed-only --netns no-such --netns host $ipvsadm --format"
      let ending = try await namespaces.run(policy: "host 900 - -\n", "\(apply) json; \(apply) prometheus")
      let lines = ending.output.split(separator: "\n")
      #expect(
        lines.first?.hasPrefix(#"{"netns":"no-such","#) == true && lines.last == #"ipvs_timeout_up{netns="no-such"} 0"#)
      #expect(!ending.output.contains("\"host\""), "\(ending)")
    }
  }
}
