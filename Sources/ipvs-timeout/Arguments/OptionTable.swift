// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// The commands that ``CommandLineReader`` reads as well as the argument parser does.
enum TableCommand: Int, CaseIterable {
  case show, set, verify, apply, connections, doctor

  /// Its name on the command line.
  var text: StaticString {
    switch self {
    case .show: "show"
    case .set: "set"
    case .verify: "verify"
    case .apply: "apply"
    case .connections: "connections"
    case .doctor: "doctor"
    }
  }

  /// How many values without an option it accepts at most.
  var valueLimit: Int {
    switch self {
    case .show, .connections, .doctor: 0
    case .apply: 1
    case .set, .verify: 3
    }
  }

  /// Whether it has an option.
  func has(_ option: TableOption) -> Bool {
    switch option {
    case .format, .quiet, .netns, .allNetns, .inUse, .backend, .ipvsadm: true
    case .tcp, .tcpFin, .udp: self == .set || self == .verify
    case .dryRun: self == .set || self == .apply
    case .policy: self == .verify || self == .apply || self == .doctor
    case .changedOnly: self == .apply
    case .outdated: self == .connections
    case .sockets, .all: self == .doctor
    }
  }
}

/// The options that ``CommandLineReader`` reads as well as the argument parser does.
///
/// This is the only place for their names: the argument parser takes them from here.
enum TableOption: Int, CaseIterable {
  case format, quiet, netns, allNetns, inUse, backend, ipvsadm
  case tcp, tcpFin, udp, dryRun, policy, changedOnly, outdated, sockets, all

  /// Its name on the command line.
  var text: StaticString {
    switch self {
    case .format: "--format"
    case .quiet: "--quiet"
    case .netns: "--netns"
    case .allNetns: "--all-netns"
    case .inUse: "--in-use"
    case .backend: "--backend"
    case .ipvsadm: "--ipvsadm"
    case .tcp: "--tcp"
    case .tcpFin: "--tcpfin"
    case .udp: "--udp"
    case .dryRun: "--dry-run"
    case .policy: "--policy"
    case .changedOnly: "--changed-only"
    case .outdated: "--outdated"
    case .sockets: "--sockets"
    case .all: "--all"
    }
  }

  /// Whether a value follows it.
  var hasValue: Bool {
    switch self {
    case .format, .netns, .backend, .ipvsadm, .tcp, .tcpFin, .udp, .policy: true
    case .quiet, .allNetns, .inUse, .dryRun, .changedOnly, .outdated, .sockets, .all: false
    }
  }
}

extension NameSpecification {
  /// The name of an option of the table.
  static func table(_ option: TableOption) -> NameSpecification {
    .customLong(String("\(option.text)".dropFirst(2)))
  }
}
