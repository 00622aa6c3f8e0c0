// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

extension RealKernel {
  /// `ipvs-timeout doctor --sockets` on connections that real packets have made.
  @Suite(.clearingUp) struct DoctorSocketsTests {
    private static let pool =
      "fix: in the program, reuse connections (a pool, keep-alive) instead of one for each request"

    @Test(arguments: [ClientAndServer.Addresses.ipv4, .ipv6])
    func namesTheServiceThatIsUsedOnceForEachConnectionAndTheProgram(
      _ addresses: ClientAndServer.Addresses
    ) async throws {
      let hosts = try await ClientAndServer.made()
      let listener = try LabSocket(in: hosts.server, at: addresses.server, 3306).listens()
      try hosts.leave(300, to: listener, at: 3306, addresses)
      let live = try hosts.open(3, from: 50_000, to: listener, at: 3306, addresses)
      let service = "\(addresses.written):3306"

      let atClient = try await hosts.client.program("doctor", "--sockets", "--all")
      #expect(atClient.status == 0 && atClient.stderr.isEmpty)
      #expect(
        try atClient.row(service)
          == [service, "elsewhere", "303", "3", "300", "300", "1.0", "%"])
      #expect(
        try atClient.finding("time-wait") == [
          "note time-wait \(service): 300 sockets in TIME_WAIT, closed first by this host within about a minute; 303 of 28232"
            + " (1.0 %) of the ports for outgoing connections are in use; 3 are open, by"
            + " \(try await Guest.ownProgram())",
          "so: at least 4 connections to it are opened and closed each second, and each uses a port for at least 60 s more;"
            + " no Linux setting shortens that",
          "\(Self.pool), or let the other end close first, where it uses no port; to see them: `ss -tan state"
            + " time-wait dst '\(service)'`",
        ])
      // The commands that it gives do what it says of them.
      let seen = try await hosts.client.run("ss", "-Htan", "state", "time-wait", "dst", service)
      #expect(seen.stdout.split(separator: "\n").count == 300)

      let atServer = try await hosts.server.program("doctor", "--sockets", "--all")
      #expect(atServer.status == 0)
      #expect(
        try atServer.row(service) == [service, "here", "3", "3"])
      #expect(
        try atServer.finding("time-wait") == ["ok time-wait 0 sockets in TIME_WAIT, fewer than 120 for each service"])
      withExtendedLifetime(live) {}
    }

    @Test func findsTimeWaitOfAServiceHarmless() async throws {
      let hosts = try await ClientAndServer.made()
      // One socket for both address families: what comes by IPv4 counts as that.
      let listener = try LabSocket(in: hosts.server, at: "::", 3307).listens()
      for connection in try hosts.open(150, to: listener, at: 3307, .ipv4) {
        try connection.server.ends()
        try connection.client.receives()
        try connection.client.ends()
        try connection.server.receives()
      }
      let atServer = try await hosts.server.program("doctor", "--sockets", "--all")
      #expect(atServer.status == 0)
      #expect(try atServer.row("[::]:3307")[1...] == ["here", "150", "150", "150"])
      #expect(
        try atServer.finding("time-wait") == [
          "note time-wait [::]:3307 here: 150 sockets in TIME_WAIT, closed first by this host within about a minute",
          "so: that is harmless: all of them use the port of the service; each needs about 270 bytes of kernel"
            + " memory for at least 60 s",
        ])
      #expect(
        try await hosts.client.program("doctor", "--sockets", "--all").stdout.hasSuffix("\n\nno TCP connections\n"))
    }

    @Test(arguments: [(100, "problem", 1, ""), (99, "note", 0, "if they stay, "), (9, "ok", 0, "")])
    func findsWhatAProgramDoesNotClose(_ count: Int, _ severity: String, _ status: Int32, _ condition: String)
      async throws
    {
      let hosts = try await ClientAndServer.made()
      let listener = try LabSocket(in: hosts.server, at: "192.0.2.9", 80).listens()
      let connections = try hosts.open(count, to: listener, at: 80, .ipv4)
      for connection in connections {
        try connection.server.ends()
        try connection.client.receives()
      }
      let outcome = try await hosts.client.program("doctor", "--sockets", "--all")
      #expect(outcome.status == status)
      guard severity != "ok" else {
        #expect(
          try outcome.finding("close-wait") == ["ok close-wait 9 sockets in CLOSE_WAIT, fewer than 10 for each service"]
        )
        return
      }
      #expect(
        try outcome.finding("close-wait") == [
          "\(severity) close-wait 192.0.2.9:80: \(count) sockets in CLOSE_WAIT: the other end has closed, and"
            + " \(try await Guest.ownProgram()) has not",
          "so: \(condition)each uses a descriptor until the program closes it or ends; no kernel setting ends it",
          "fix: in the program, close a connection when a read returns its end; to see them: `ss -tnp state"
            + " close-wait dst '192.0.2.9:80'`",
        ])
      withExtendedLifetime(connections) {}
    }

    @Test func findsWhatTheOtherEndDoesNotClose() async throws {
      let hosts = try await ClientAndServer.made()
      let listener = try LabSocket(in: hosts.server, at: "0.0.0.0", 80).listens()
      let connections = try hosts.open(120, to: listener, at: 80, .ipv4)
      for connection in connections { try connection.server.ends() }
      let outcome = try await hosts.server.program("doctor", "--sockets", "--all")
      #expect(outcome.status == 0)
      #expect(
        try outcome.finding("fin-wait").first
          == "note fin-wait 0.0.0.0:80 here: 120 sockets in FIN_WAIT2: this host has closed, and the other end has not")
      let seen = try await hosts.server.run("ss", "-Htan", "state", "fin-wait-2", "sport = :80")
      #expect(seen.stdout.split(separator: "\n").count == 120)
      withExtendedLifetime(connections) {}
    }

    @Test(arguments: [(85, "0", "problem", 1), (85, "1", "note", 0), (50, "0", "note", 0), (49, "0", "ok", 0)])
    func findsThatThePortsAreNearlyTaken(_ count: Int, _ reuse: String, _ severity: String, _ status: Int32)
      async throws
    {
      let hosts = try await ClientAndServer.made()
      try await hosts.client.sets("net.ipv4.ip_local_port_range=40000 40199")
      try await hosts.client.sets("net.ipv4.ip_local_reserved_ports=40100-40199")
      try await hosts.client.sets("net.ipv4.tcp_tw_reuse=\(reuse)")
      let listener = try LabSocket(in: hosts.server, at: "192.0.2.9", 3306).listens()
      try hosts.leave(count, to: listener, at: 3306, .ipv4)
      let outcome = try await hosts.client.program("doctor", "--sockets", "--all")
      #expect(outcome.status == status)
      let finding = try outcome.finding("ports")
      guard severity != "ok" else {
        #expect(
          finding == [
            "ok ports the most for one service: 49 of 100 (49 %) of the ports for outgoing connections (40000 to"
              + " 40199), for 192.0.2.9:3306"
          ])
        return
      }
      #expect(
        finding.first
          == "\(severity) ports 192.0.2.9:3306: \(count) of 100 (\(count) %) of the ports for outgoing connections"
          + " are in use from 192.0.2.1, \(count) of them by TIME_WAIT; none is open now")
      #expect(finding.last?.hasPrefix(Self.pool) == true)
    }

    @Test func findsThatThereIsNoRoomForTimeWait() async throws {
      let hosts = try await ClientAndServer.made()
      try await hosts.client.sets("net.ipv4.tcp_max_tw_buckets=20")
      let listener = try LabSocket(in: hosts.server, at: "192.0.2.9", 3306).listens()
      try hosts.leave(40, to: listener, at: 3306, .ipv4)
      let full = try await hosts.client.program("doctor", "--sockets", "--all")
      #expect(full.status == 1)
      #expect(
        try full.finding("tw-buckets").first
          == "problem tw-buckets 20 of 20 (100 %) of the sockets that may be in TIME_WAIT (tcp_max_tw_buckets); 20"
          + " found no room and were closed at once (TCPTimeWaitOverflow)")
      try await hosts.client.sets("net.ipv4.tcp_max_tw_buckets=1000")
      let wide = try await hosts.client.program("doctor", "--sockets", "--all")
      #expect(wide.status == 0)
      #expect(
        try wide.finding("tw-buckets").first
          == "note tw-buckets 20 of 1000 (2.0 %) of the sockets that may be in TIME_WAIT (tcp_max_tw_buckets); 20"
          + " found no room and were closed at once (TCPTimeWaitOverflow)")
      // The other end has its own limit and counter.
      let other = try await hosts.server.program("doctor", "--sockets", "--all")
      #expect(try other.finding("tw-buckets").first?.hasPrefix("ok tw-buckets 0 of ") == true)
    }

    @Test func countsWhatWaitsInFinWait2ForRoomInTimeWait() async throws {
      let hosts = try await ClientAndServer.made()
      try await hosts.client.sets("net.ipv4.tcp_max_tw_buckets=100")
      let listener = try LabSocket(in: hosts.server, at: "192.0.2.9", 3306).listens()
      // The program is gone at one end, and does nothing at the other.
      let servers = try hosts.open(90, to: listener, at: 3306, .ipv4).map(\.server)
      let outcome = try await hosts.client.program("doctor", "--sockets", "--format", "json")
      #expect(outcome.status == 1)
      #expect(outcome.stdout.contains(#""severity":"problem","fact":"90 of 100 (90 %) of the sockets that may be in"#))
      #expect(outcome.stdout.contains(#""FIN_WAIT2":90}"#), "\(outcome.stdout)")
      withExtendedLifetime(servers) {}
    }

    @Test func findsWhatAProgramDoesNotAccept() async throws {
      let hosts = try await ClientAndServer.made()
      let listener = try LabSocket(in: hosts.server, at: "192.0.2.9", 80).listens()
      for _ in 0..<12 {
        let client = try LabSocket(in: hosts.client, at: "0.0.0.0", 0)
        try client.connects(to: "192.0.2.9", 80)
        try client.ends()
      }
      let outcome = try await Namespace.current.program("doctor", "--sockets", "--all", "--netns", "server")
      let finding = try outcome.finding("close-wait")
      #expect(
        finding.first
          == "note close-wait 192.0.2.9:80 here: 12 sockets in CLOSE_WAIT that were never accepted: the client has"
          + " closed, and \(try await Guest.ownProgram()) listens but has not accepted them")
      #expect(finding.last?.hasSuffix("`nsenter --net=/run/netns/server ss -tnlp 'sport = :80'`") == true)
      withExtendedLifetime(listener) {}
    }

    @Test func findsNothingWhereThereIsNothing() async throws {
      let outcome = try await Namespace.current.program("doctor", "--sockets", "--all")
      #expect(outcome.status == 0 && outcome.stderr.isEmpty)
      let lines = outcome.stdout.split(separator: "\n")
      #expect(lines.first == "no problem found: 6 checks are ok")
      #expect(lines.count { $0.hasPrefix("ok ") } == 9, "\(outcome)")
      #expect(
        lines.suffix(2) == ["see also: `ipvs-timeout doctor`, about IPVS and its timeouts", "no TCP connections"])
      let short = try await Namespace.current.program("doctor", "--sockets").stdout.split(separator: "\n")
      #expect(short.count == 4)
      expect(try await Namespace.current.program("doctor", "--sockets", "--quiet"), equals: Outcome(0))
    }

    @Test func saysWhatSettingsDoNot() async throws {
      let netns = Namespace.current
      try await netns.sets("net.ipv4.tcp_fin_timeout=5")
      try await netns.sets("net.ipv4.tcp_syncookies=0")
      try await netns.sets("net.ipv4.tcp_tw_reuse=1")
      try await netns.sets("net.ipv4.tcp_timestamps=0")
      let outcome = try await netns.program("doctor", "--sockets", "--all")
      #expect(outcome.status == 0)
      let findings = try outcome.finding("tcp-settings")
      // Linux 7.2 has the delay.
      let hasDelay = access("/proc/sys/net/ipv4/tcp_tw_reuse_delay", F_OK) == 0
      let delay = hasDelay ? "1000 ms (tcp_tw_reuse_delay)" : "at most a second"
      #expect(
        findings.filter { $0.hasPrefix("note ") || $0.hasPrefix("ok ") } == [
          "note tcp-settings tcp_tw_reuse = 1: the kernel may give a port in TIME_WAIT to a new connection after \(delay)",
          "note tcp-settings tcp_fin_timeout = 5 s: how long a socket without a program stays in FIN_WAIT2",
          "note tcp-settings tcp_syncookies = 0: off",
          "ok tcp-settings tcp_tw_recycle does not exist: Linux 4.12 removed it, because it broke clients behind NAT",
        ])
      #expect(findings.contains("so: it does not change TIME_WAIT, which always lasts at least 60 s"))
      #expect(findings.contains("so: without timestamps (net.ipv4.tcp_timestamps = 0) it does nothing"))
    }

    @Test func looksIntoOtherNamespaces() async throws {
      let hosts = try await ClientAndServer.made()
      let listener = try LabSocket(in: hosts.server, at: "192.0.2.9", 80).listens()
      let connections = try hosts.open(100, to: listener, at: 80, .ipv4)
      for connection in connections {
        try connection.server.ends()
        try connection.client.receives()
      }
      let both = try await Namespace.current.program("doctor", "--sockets", "--netns", "server", "--netns", "client")
      #expect(both.status == 1 && both.stderr.isEmpty)
      let lines = both.stdout.split(separator: "\n", omittingEmptySubsequences: false)
      let second = try #require(lines.firstIndex(of: "1 problem in client: close-wait"))
      #expect(lines[0] == "no problem found in server: 6 checks are ok" && lines[second - 1].isEmpty)
      #expect(lines[..<second].contains { $0.hasPrefix("192.0.2.9:80  here ") })
      #expect(lines[second...].contains { $0.hasPrefix("192.0.2.9:80  elsewhere ") })

      let all = try await Guest.run([Guest.program, "doctor", "--sockets", "--all-netns", "--format", "json"])
      #expect(all.status == 1 && all.stderr.isEmpty)
      let objects = all.anonymous.stdout.split(separator: "\n")
      #expect(objects.contains { $0.hasPrefix(#"{"netns":"client","problems":1,"#) })
      #expect(objects.contains { $0.hasPrefix(#"{"netns":"server","problems":0,"#) })
      #expect(objects.first?.hasPrefix(#"{"netns":"host","#) == true)

      let missing = try await Guest.run([
        Guest.program, "doctor", "--sockets", "--netns", "client", "--netns", "nowhere",
      ])
      #expect(missing.status == 71)
      #expect(missing.stdout.hasPrefix("1 problem in client: close-wait\n"))
      #expect(
        missing.stderr.hasPrefix(
          "ipvs-timeout: cannot read the kernel's settings (/proc/sys) in the network namespace nowhere: "))
      withExtendedLifetime(connections) {}
    }

    @Test func seesAllButTheProgramsOfOthersWithoutPrivilege() async throws {
      let hosts = try await ClientAndServer.made()
      let listener = try LabSocket(in: hosts.server, at: "192.0.2.9", 3306).listens()
      try hosts.leave(120, to: listener, at: 3306, .ipv4)
      let live = try hosts.open(1, from: 50_000, to: listener, at: 3306, .ipv4)
      let nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
      let outcome = try await hosts.client.run(nobody + [Guest.program, "doctor", "--sockets", "--all"])
      #expect(outcome.status == 0 && outcome.stderr.isEmpty)
      let fact = try #require(try outcome.finding("time-wait").first)
      let start =
        "note time-wait 192.0.2.9:3306: 120 sockets in TIME_WAIT, closed first by this host within about a minute; 121 of"
        + " 28232 (0.4 %) of the ports for outgoing connections are in use; 1 is open, by a program that doctor"
        + " cannot see ("
      #expect(fact.hasPrefix(start))
      #expect(fact.hasSuffix(" processes hide their files: run it as root)"))

      let other = try await Guest.run(nobody + [Guest.program, "doctor", "--sockets", "--netns", "client"])
      #expect(other.status == 77 && other.isOneSentence)
      #expect(other.stderr.hasSuffix("run it as root, for example with sudo\n"), "\(other.stderr)")
      #expect(other.stderr.contains("entering it requires root or CAP_SYS_ADMIN"))
      withExtendedLifetime(live) {}
    }

    @Test(.withoutModule(.notInstalled)) func needsNoIPVS() async throws {
      let outcome = try await Namespace.current.program("doctor", "--sockets", "--all")
      #expect(outcome.status == 0 && outcome.stderr.isEmpty)
      #expect(outcome.stdout.hasSuffix("\n\nno TCP connections\n"))
      #expect(try await !WithoutModule.isLoaded)
    }
  }
}
