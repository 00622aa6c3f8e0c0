// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

extension RealKernel {
  /// The limit of the table: Linux 7.2 has it, and older kernels do not.
  @Suite struct DoctorConnMaxTests {
    private let director = Topology.director
    private static let rules = "-A -t 192.0.2.100:80 -s rr\n-a -t 192.0.2.100:80 -r 198.51.100.2:8080 -m"

    @Test func failsNewConnectionsAndDoctorSaysSo() async throws {
      try await Topology.with(rules: Self.rules) {
        let listener = try LabSocket(in: Topology.server, at: "198.51.100.2", 8080).listens()
        let first = try LabSocket(in: Topology.client, at: "192.0.2.2", 40001)
        try first.connects(to: "192.0.2.100", 80)
        let accepted = try listener.accepts()
        guard try await Guest.run(director.entering + ["test", "-e", "/proc/sys/net/ipv4/vs/conn_max"]).status == 0
        else {
          #expect(
            try await director.finding(about: "conn-max")
              == DoctorFinding("ok", "conn-max", "this kernel does not limit the number of connections"))
          return
        }
        #expect(try await director.finding(about: "conn-max").severity == "ok")
        for (limit, severity) in [("2", "note"), ("1", "problem"), ("0", "problem")] {
          try await director.setting("net.ipv4.vs.conn_max", limit)
          let finding = try await director.finding(about: "conn-max")
          #expect(finding.severity == severity && finding.fact.hasPrefix("1 of \(limit) ("), "\(finding)")
        }
        // With 0 no new connection is accepted, and the old one goes on.
        let second = try LabSocket(in: Topology.client, at: "192.0.2.2", 40002)
        try second.beginsToConnect(to: "192.0.2.100", 80)
        try first.sends()
        try accepted.receives()
        #expect(try await director.connectionRows().values.reduce(0) { $0 + $1.count } == 1)
        // The fix makes room, and the client's next SYN succeeds.
        let finding = try await director.finding(about: "conn-max")
        #expect(finding.fix?.hasPrefix("`sysctl -w net.ipv4.vs.conn_max=1073741824`") == true, "\(finding)")
        try await director.setting("net.ipv4.vs.conn_max", "1073741824")
        #expect(try await eventually { try await director.connectionRows().values.reduce(0) { $0 + $1.count } == 2 })
        #expect(try await director.finding(about: "conn-max").severity == "ok")
        withExtendedLifetime(second) {}
      }
    }
  }
}
