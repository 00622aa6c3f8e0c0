// SPDX-License-Identifier: Apache-2.0

import Glibc
import SystemPackage
import Testing

extension RealKernel {
  /// Connections that change while they are renewed, and packets that must not leave the machine.
  @Suite struct RenewalRaceTests {
    private let director = Topology.director
    private let directory = ScratchDirectory.current

    /// The kernel creates a connection from a message if it has ended since the table was read.
    @Test(arguments: [Topology.Family.ipv4, .ipv6])
    func endsConnectionsThatItCreatesAgain(_ family: Topology.Family) async throws {
      let path = RenewalPath(forwarding: .masquerading, family: family)
      try await path.with {
        try await director.setting("net.ipv4.vs.expire_nodest_conn", "1")
        let scene = try RenewalScene(path)
        try await director.set(60, 30, 60)
        let number = try await firstRead()
        // The rehearsal has renewed them. These packets undo that.
        try await director.set(900, 120, 300)
        try scene.exchanges()
        try await director.set(60, 30, 60)
        try await director.expectTimers([40001: 61...900, 40002: 31...120, 40003: 61...300])
        let outcome = try await director.run([Guest.program, "renew", "--yes"], stoppingAt: "read", number) {
          // Packets to a real server that is gone end their connections.
          let rules = path.rules().split(separator: "\n").filter { $0.hasPrefix("-a") }
          for rule in rules { try await ipvsadm("-d\(rule.dropFirst(2).dropLast(3))") }
          try scene.pokes()
          #expect(try await eventually { try await director.entries().isEmpty })
          #expect(try await scene.areReset())
          for rule in rules { try await ipvsadm(String(rule)) }
        }
        #expect(outcome.status == 0 && outcome.stderr.isEmpty, "\(outcome)")
        expect(
          outcome.stdout,
          equals: "renewed 0 of 0 connections; 3 had just ended, and will be removed within a second\n")
        #expect(try await director.entries().allSatisfy { $0.secondsLeft <= 2 && $0.origin == "SYNC" })
        #expect(try await eventually { try await director.entries().isEmpty })
        let counters = try await director.serverCounters()
        #expect(counters.count == 2 && counters.allSatisfy { $0.hasSuffix(" 1 0 0") }, "\(counters)")
        try await director.expectNoDaemon()
      }
    }

    /// A connection that closes in that moment.
    @Test func doesNotKeepAClosedConnectionOpen() async throws {
      let path = RenewalPath(forwarding: .masquerading, family: .ipv4)
      try await path.with {
        let scene = try RenewalScene(path)
        try await director.set(60, 30, 60)
        let number = try await firstRead()
        try await director.set(900, 120, 300)
        try scene.exchanges()
        try await director.set(60, 30, 60)
        let outcome = try await director.run([Guest.program, "renew", "--yes"], stoppingAt: "read", number) {
          _ = try scene.closes()
          #expect(
            try await eventually {
              try await director.entries().first { $0.port == 40001 }?.state == "TIME_WAIT"
            })
        }
        #expect(outcome.status == 0, "\(outcome)")
        // At worst, the entry lives as long as an idle connection.
        #expect(try await director.timers()[40001].map { $0 <= 120 } == true)
        let counters = try await director.serverCounters()
        let active = try await director.entries().count { $0.state == "ESTABLISHED" }
        #expect(counters.first?.hasSuffix(" 1 \(active) \(2 - active)") == true, "\(counters)")
      }
    }

    /// Every interface is watched, and has a route for multicast.
    @Test(arguments: RenewalPath.all.filter(\.isMasqueraded))
    func sendsNothingToAnyOtherInterface(_ path: RenewalPath) async throws {
      try await path.with {
        for interface in ["client", "server"] {
          let route = ["route", "add", "224.0.0.0/4", "dev", interface, "metric", interface == "client" ? "1" : "2"]
          try await Guest.output(["ip", "-n", "director"] + route)
        }
        let scene = try RenewalScene(path)
        let capture = try RenewalCapture(in: director)
        let outcome = try await director.program("set", "60", "30", "60", "--renew", "--yes")
        #expect(outcome.status == 0, "\(outcome)")
        // The messages have no hops left, so no interface gets them: the kernel receives its own copy. The loopback
        // interface, which has index 1, gets the daemon's membership of the group. That also shows that the capture works.
        let packets = capture.multicasts()
        #expect(!packets.isEmpty && packets.allSatisfy { $0.interface == 1 }, "\(packets)")
        withExtendedLifetime(scene) {}
      }
    }

    /// The number of the first read of the connection table, from a rehearsal.
    private func firstRead() async throws -> Int {
      let trace = "\(directory.path)/rehearsal"
      let outcome = try await director.run(
        ["strace", "-f", "-o", trace, "-e", "trace=read", Guest.program, "renew", "--yes"])
      #expect(outcome.status == 0, "\(outcome)")
      let reads = directory.text("rehearsal").split(separator: "\n").filter { $0.contains(" read(") }
      return try #require(reads.firstIndex { $0.contains("\"Pro ") }) + 1
    }

    private func ipvsadm(_ rule: String) async throws {
      try await Guest.output(director.entering + [Guest.ipvsadm] + rule.split(separator: " ").map(String.init))
    }
  }
}

/// All IPv4 packets in a network namespace, on every interface, since the capture was created.
private final class RenewalCapture {
  struct Packet {
    let interface: Int32
    let group: [UInt8]
  }

  private let descriptor: CInt

  init(in netns: Namespace) throws {
    // AF_PACKET, SOCK_DGRAM, and all protocols in network byte order.
    descriptor = try netns.inside {
      socket(17, 2 | O_NONBLOCK | O_CLOEXEC, CInt(UInt16(3).bigEndian))
    }
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
  }

  deinit { close(descriptor) }

  /// The packets to multicast groups.
  func multicasts() -> [Packet] {
    var packets: [Packet] = []
    var bytes = [UInt8](repeating: 0, count: 65_536)
    while true {
      var address = sockaddr_storage()
      var size = socklen_t(MemoryLayout.size(ofValue: address))
      let count = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { recvfrom(descriptor, &bytes, bytes.count, 0, $0, &size) }
      }
      guard count >= 0 else { return packets }
      guard count >= 20, bytes[0] >> 4 == 4, bytes[16] & 0xF0 == 0xE0 else { continue }
      let interface = withUnsafeBytes(of: address) { $0.load(fromByteOffset: 4, as: Int32.self) }
      packets.append(Packet(interface: interface, group: Array(bytes[16..<20])))
    }
  }
}
