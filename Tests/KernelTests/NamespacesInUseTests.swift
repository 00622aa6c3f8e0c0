// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// `--in-use`: only namespaces in which IPVS has something to do.
  @Suite(.clearingUp) struct NamespacesInUseTests {
    private let netns = Namespace.current

    @Test func areThoseWithAService() async throws {
      let namespaces = try await Neighbours.add("idle", "red")
      try await namespaces[1].addService()
      expect(
        try await netns.program("show", "--in-use"), equals: Outcome(0, "red: Timeout (tcp tcpfin udp): 900 120 300\n"))
      expect(
        try await netns.program("show", "--in-use", "--netns", "idle", "--netns", "red", "--netns", "host"),
        equals: Outcome(0, "red: Timeout (tcp tcpfin udp): 900 120 300\n"))
      try await netns.addService()
      expect(
        try await netns.program("set", "--udp", "60", "--all-netns", "--in-use"),
        equals: Outcome(
          0,
          "host: Timeout (tcp tcpfin udp): 900 120 60 (was 900 120 300)\n"
            + "red: Timeout (tcp tcpfin udp): 900 120 60 (was 900 120 300)\n"))
      expect(try await namespaces[0].timeouts(), equals: "900 120 300")
      expect(try await Namespace.initial.timeouts(), equals: "900 120 300")
    }

    /// The kernel writes a service and its servers at once, and such a one does not fit beside the heading.
    @Test func areThoseWithAServiceThatHasManyServers() async throws {
      let red = try await Neighbours.add("red", "idle")[0]
      try await red.addService()
      let server = #"-a -u 192.0.2.100:5353 -r 192.0.2.100:%g -m"#
      try await Guest.output(red.entering + ["sh", "-c", "seq -f '\(server)' 6001 6200 | \(Guest.ipvsadm) -R"])
      for words in [["show", "--in-use"], ["show", "--in-use", "--netns", "red"]] {
        expect(
          try await netns.run([Guest.program] + words),
          equals: Outcome(0, "red: Timeout (tcp tcpfin udp): 900 120 300\n"))
      }
      let hints = try await netns.program("set", "--udp", "60", "--netns", "red")
      #expect(hints.status == 0 && !hints.stderr.contains("no virtual service"), "\(hints)")
    }

    @Test func areThoseWithAConnectionThatOutlivedItsService() async throws {
      let red = try await Neighbours.add("red")[0]
      try await red.addService()
      try await Guest.output(red.entering + ["bash", "-c", "echo >/dev/udp/192.0.2.100/5353"])
      try await Guest.output(red.entering + [Guest.ipvsadm, "-C"])
      expect(try await Guest.output(red.entering + [Guest.ipvsadm, "-Sn"]), equals: "")
      #expect(try await Guest.output(red.entering + [Guest.ipvsadm, "-Lnc"]).contains(" 192.0.2.100:5353 "))
      for isZeroed in [false, true] {
        if isZeroed { try await Guest.output(red.entering + [Guest.ipvsadm, "-Z"]) }
        try await areOnlyRed("UDP")
      }
    }

    /// No counter of IPVS has them.
    @Test func areThoseWithAConnectionThatAnotherDirectorSent() async throws {
      let red = try await Neighbours.add("red", "idle")[0]
      try await SyncedConnection.add(in: red, seconds: 900)
      try await areOnlyRed("ESTABLISHED")
    }

    @Test func areThoseWithAConnectionThatAnotherDirectorSentOverIPv6() async throws {
      let red = try await Neighbours.add("red", "idle")[0]
      try await Guest.output([
        "sh", "-ec",
        """
        ip link add sender type veth peer name receiver netns red
        for netns in $0 red; do ip netns exec $netns sysctl -qw net.ipv6.conf.all.disable_ipv6=0; done
        ip link set sender netns $0
        ip netns exec $0 sh -ec 'echo 0 > /proc/sys/net/ipv6/conf/sender/accept_dad; ip link set sender up'
        ip netns exec red sh -ec 'echo 0 > /proc/sys/net/ipv6/conf/receiver/accept_dad; ip link set receiver up
          ipvsadm --start-daemon backup --mcast-interface receiver --syncid 7 --mcast-group ff02::81 --mcast-ttl 1'
        """, try #require(netns.name),
      ])
      let message =
        #"\0\7\0\054\1\1\0\0\0\6\0\044\0\0\0\0\0\1\234\1\0\120\037\220\0\0\0\0\0\0\3\204"#
        + #"\300\0\2\2\300\0\2\144\306\63\144\2"#
      let send = netns.entering + ["bash", "-c", "printf '\(message)' > /dev/udp/ff02::81%sender/8848"]
      let hasArrived = try await eventually {
        // The address of the interface may not be there yet.
        _ = try await Guest.run(send)
        return try await Guest.output(red.entering + [Guest.ipvsadm, "-Lnc"]).contains(" 192.0.2.100:80 ")
      }
      #expect(hasArrived)
      try await Guest.output(red.entering + [Guest.ipvsadm, "--stop-daemon", "backup"])
      try await areOnlyRed("ESTABLISHED")
    }

    /// Red is the only namespace that is in use, and has a connection in this state.
    private func areOnlyRed(_ state: String) async throws {
      expect(
        try await netns.program("show", "--in-use"), equals: Outcome(0, "red: Timeout (tcp tcpfin udp): 900 120 300\n"))
      let connections = try await netns.program("connections", "--all-netns")
      #expect(connections.status == 0 && connections.stdout.contains("\n\nred:\nState "), "\(connections)")
      #expect(connections.stdout.contains("\n\(state) "), "\(connections)")
      let doctor = try await netns.program("doctor", "--format", "json")
      #expect(doctor.stdout.contains("red"), "\(doctor)")
    }

    /// Before Linux 7.2, reading it would walk over the connections of all namespaces.
    @Test func areFoundWithoutTheTableOfTheOthers() async throws {
      let directory = ScratchDirectory.current
      let red = try await Neighbours.add("red", "idle")[0]
      try await SyncedConnection.add(in: red, seconds: 900)
      let isShared = try await Guest.run(["test", "-e", "/proc/net/ip_vs_status"]).status != 0
      for words in [["show", "--in-use"], ["connections", "--all-netns"]] {
        try await Guest.output(
          netns.entering + ["strace", "-f", "-o", "\(directory.path)/trace", "-e", "trace=openat", Guest.program]
            + words)
        let opened = directory.text("trace").split(separator: "\n").filter { $0.contains("/net/ip_vs_conn") }
        // Without the shared table: the namespace of the test, that of the guest, idle and red.
        #expect(opened.count == (isShared ? 1 : 4), "\(words): \(opened)")
      }
    }

    @Test func mayBeNone() async throws {
      _ = try await Neighbours.add("idle")
      let reason = "because no network namespace that was asked for has a virtual service or a connection\n"
      for (words, sentence) in [
        ("show --in-use", ""), ("show --in-use --netns idle", ""), ("show --in-use --format json", ""),
        ("set 1 2 3 --in-use", "ipvs-timeout: nothing was set, \(reason)"),
        ("verify 1 2 3 --in-use --quiet", "ipvs-timeout: nothing was compared, \(reason)"),
      ] {
        expect(
          try await netns.run([Guest.program] + words.split(separator: " ").map(String.init)),
          equals: Outcome(0, "", sentence), "\(words)")
      }
      expect(try await netns.timeouts(), equals: "900 120 300")
    }

    @Test func doNotHideThatOneCouldNotBeLookedAt() async throws {
      try await netns.addService()
      expect(
        try await netns.program("show", "--in-use", "--netns", "nosuch", "--netns", "host"),
        equals: Outcome(
          71, "host: Timeout (tcp tcpfin udp): 900 120 300\n",
          "ipvs-timeout: cannot look for virtual services and connections in the network namespace nosuch: there is no"
            + " such namespace (No such file or directory, errno 2); run `ipvs-timeout show --all-netns` for a list\n"
        ))
    }
  }
}
