// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@testable import Doctor

@Suite struct SettingsCheckTests {
  private static let usual: [KernelSetting: String] = [
    .release: "6.1.0-31-amd64", .conntrack: "0", .connReuseMode: "1", .expireNodestConn: "0",
    .expireQuiescentTemplate: "0", .secureTCP: "0", .sloppyTCP: "0", .dropEntry: "0", .syncThreshold: "3\t50",
    .syncRefreshPeriod: "0",
  ]

  private func findings(_ changes: [KernelSetting: String], _ daemons: SyncDaemons? = nil) throws -> [Finding] {
    let settings = Self.usual.merging(changes) { $1 }
    let none = SyncDaemons(hasMaster: false, backup: nil)
    return try SettingsCheck().findings(
      on: .example(timeouts: .kernelDefault, settings: settings, daemons: daemons ?? none))
  }

  @Test func `says in one line that all are as usual`() throws {
    #expect(
      try findings([:]) == [
        .ok(
          .settings,
          "net.ipv4.vs: conn_reuse_mode = 1, expire_nodest_conn = 0, expire_quiescent_template = 0, secure_tcp = 0,"
            + " sloppy_tcp = 0, drop_entry = 0")
      ])
  }

  @Test func `reports each unusual setting by itself`() throws {
    let all = try findings([.expireNodestConn: "1", .sloppyTCP: "1", .expireQuiescentTemplate: "1", .secureTCP: "1"])
    #expect(
      all.map(\.fact) == [
        "net.ipv4.vs: conn_reuse_mode = 1, drop_entry = 0", "net.ipv4.vs.expire_nodest_conn = 1",
        "net.ipv4.vs.expire_quiescent_template = 1", "net.ipv4.vs.secure_tcp = 1", "net.ipv4.vs.sloppy_tcp = 1",
      ])
    #expect(all.map(\.severity) == [.ok, .note, .note, .note, .note])
    #expect(
      all[1]
        == .note(
          .settings, "net.ipv4.vs.expire_nodest_conn = 1",
          so: "when a real server is removed, its entries end at once, whatever time they have left",
          fix: .advice(
            "if connections should wait for a server that comes back: `sysctl -w net.ipv4.vs.expire_nodest_conn=0`")))
    #expect(all[3].consequence?.hasPrefix("when memory is short (amemthresh), a NAT connection is in SYNACK") == true)
    #expect(all[3].fix?.text == "sysctl -w net.ipv4.vs.secure_tcp=0")
  }

  @Test(arguments: [("5.8.1", "at their next packet"), ("5.9.0", "at once"), ("odd", "at their next packet")])
  func `knows when entries of a removed server end`(_ release: String, when: String) throws {
    let finding = try #require(try findings([.expireNodestConn: "1", .release: release]).last)
    #expect(finding.consequence?.contains("its entries end \(when), ") == true)
  }

  @Test(arguments: [
    ("1", "note", "when memory is short"), ("2", "problem", "the kernel"), ("3", "problem", "the kernel"),
  ])
  func `finds a problem in entries that are ended at random`(_ value: String, severity: String, says: String) throws {
    let finding = try #require(try findings([.dropEntry: value]).last)
    #expect(finding.severity.rawValue == severity)
    #expect(finding.consequence?.hasPrefix(says) == true)
    #expect(finding.fix?.text == "sysctl -w net.ipv4.vs.drop_entry=0")
  }

  @Test func `knows what each mode of reuse does`() throws {
    let off = try #require(try findings([.connReuseMode: "0"]).last)
    #expect(
      off.consequence?.hasPrefix("while an old entry lives (TIME_WAIT 120 s, FIN_WAIT tcpfin), a new connection")
        == true)
    #expect(
      off.fix?.text
        == "if such connections should be scheduled like new ones: `sysctl -w net.ipv4.vs.conn_reuse_mode=1`")
    for mode in ["2", "3"] {
      let early = try #require(try findings([.connReuseMode: mode]).last)
      #expect(early.consequence?.hasSuffix("ends an entry in FIN_WAIT before tcpfin is over") == true)
    }
    #expect(try findings([.connReuseMode: "4"]).map(\.severity) == [.ok])
  }

  @Test(arguments: [("4.18.0", "1", true), ("5.9.0", "1", false), ("4.18.0", "0", false)])
  func `knows the lost second of old kernels with conntrack`(
    _ release: String, conntrack: String, isLost: Bool
  ) throws {
    let all = try findings([.release: release, .conntrack: conntrack])
    #expect(all.count == (isLost ? 2 : 1))
    if isLost { #expect(all[1].fix?.text == "sysctl -w net.ipv4.vs.conn_reuse_mode=0") }
  }

  @Test func `notes that a backup forgets slow connections`() throws {
    let daemons = SyncDaemons(hasMaster: true, backup: nil)
    #expect(
      try findings([:], daemons).last
        == .note(
          .settings,
          "the sync daemon sends a connection to other directors at packet 3 and again every 50 packets"
            + " (sync_threshold)",
          so: "a backup forgets a connection with fewer packets within its timeout, though it lives here; a failover"
            + " cuts it",
          fix: .command(#"sysctl -w net.ipv4.vs.sync_threshold="3 0" net.ipv4.vs.sync_refresh_period=10"#)))
    #expect(try findings([.syncThreshold: "3\t0"], daemons).last?.severity == .note)
    #expect(try findings([.syncRefreshPeriod: "10"], daemons).last?.severity == .note)
    #expect(
      try findings([.syncThreshold: "3\t0", .syncRefreshPeriod: "10"], daemons).last
        == .ok(
          .settings, "the sync daemon sends a connection to other directors again when its timer has moved by 10 s"))
  }

  @Test func `notes whose timers a backup has`() throws {
    let finding = try findings(
      [:], SyncDaemons(hasMaster: false, backup: SyncDaemons.Backup(interface: "eth0", syncID: 1))
    ).last
    #expect(finding?.severity == .note)
    #expect(finding?.fix?.text == "on the other director, too: `ipvs-timeout set 900 120 300`")
  }

  @Test func `does not judge settings that it cannot see`() throws {
    #expect(
      try SettingsCheck().findings(on: .example()) == [
        .unchecked(.settings, "this kernel does not show net.ipv4.vs here")
      ])
  }
}
