// SPDX-License-Identifier: Apache-2.0

import Testing

/// Connections made through the sync protocol, as another director's daemon makes them.
enum SyncedConnection {
  /// Makes an established connection, and leaves it to this director.
  static func add(in netns: Namespace, seconds: UInt16) async throws {
    let daemon = try await Daemon(in: netns)
    try daemon.tells(6, state: 1, port: 1, seconds: seconds)
    try await daemon.hasHeard(1)
    try await daemon.stops()
  }

  /// The backup daemon, and the messages for it.
  struct Daemon {
    private let netns: Namespace
    private let sender: LabSocket

    /// Starts the daemon.
    init(in netns: Namespace) async throws {
      self.netns = netns
      try await Guest.output(netns.entering + ["ip", "link", "set", "lo", "up", "multicast", "on"])
      try await Guest.output(
        netns.entering + [
          Guest.ipvsadm, "--start-daemon", "backup", "--mcast-interface", "lo", "--syncid", "7",
        ])
      sender = try LabSocket(in: netns, at: "127.0.0.1", 0, isStream: false)
    }

    /// Sends it a connection to 192.0.2.100:80 in version 1 of the protocol, with a protocol number, a state and a
    /// time.
    func tells(_ transport: UInt8, state: UInt8, port: UInt8, seconds: UInt16) throws {
      // Reserved, sync id, size, connections, version, spare.
      let header: [UInt8] = [0, 7, 0, 44, 1, 1, 0, 0]
      // Type, protocol, version and size, flags, state, client's port, service's, server's.
      let head: [UInt8] = [0, transport, 0, 36, 0, 0, 0, 0, 0, state, 0x9C, port, 0, 80, 0x1F, 0x90]
      // Firewall mark, seconds, client, service, server.
      let tail: [UInt8] = [0, 0, 0, 0, 0, 0, UInt8(seconds >> 8), UInt8(seconds & 255)]
      let message = header + head + tail + [192, 0, 2, 2] + [192, 0, 2, 100] + [198, 51, 100, 2]
      try sender.sends(message, toGroup: "224.0.0.81", 8848)
    }

    /// Waits until it has received this number of connections.
    func hasHeard(_ count: Int) async throws {
      let table = netns.entering + ["grep", "-c", "", "/proc/net/ip_vs_conn_sync"]
      // The first line is the heading.
      let hasHeard = try await eventually { try await Guest.run(table).stdout == "\(count + 1)\n" }
      #expect(hasHeard)
    }

    /// Ends the daemon, so that nothing renews the timers.
    func stops() async throws {
      try await Guest.output(netns.entering + [Guest.ipvsadm, "--stop-daemon", "backup"])
    }
  }
}
