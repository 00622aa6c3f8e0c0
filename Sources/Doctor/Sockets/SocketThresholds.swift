// SPDX-License-Identifier: Apache-2.0

/// How many sockets make a finding.
enum SocketThreshold {
  /// TIME_WAIT and FIN_WAIT2 last about a minute, so this means two connections a second that are opened and closed:
  /// more than a program makes that reuses its connections.
  static let closing = 120
  /// A program usually closes at once what the other end has closed; a few sockets are always on their way.
  static let unclosed = 10
  /// So many are not on their way.
  ///
  /// Each uses a descriptor of the program, which has 1024 by default.
  static let leaking = 100
  /// A share, in percent, that is worth a note: with twice the connections, there is not enough.
  static let notable = 50
  /// A share, in percent, above which little is left for a burst.
  static let scarce = 80
  /// How many services each check reports.
  static let reported = 10
  /// How many seconds the kernel keeps a socket in TIME_WAIT, at least: `TCP_TIMEWAIT_LEN`, a constant.
  static let timeWait = 60
  /// How many seconds it keeps one at most: its timers are late, by less than 8/63.
  static let longestTimeWait = 68
}

extension SocketService {
  /// Whether many of its connections are opened and closed.
  var isClosingMany: Bool { counts[.timeWait] >= SocketThreshold.closing }

  /// Whether its other ends leave many connections half closed.
  var isWaitingForMany: Bool { counts[.finWait2] >= SocketThreshold.closing }

  /// How many connections a program here leaves half closed.
  var unclosed: Int { counts[.closeWait] - counts.unaccepted }

  /// Whether a program here leaves many connections half closed.
  var isLeavingMany: Bool { unclosed >= SocketThreshold.unclosed }

  /// Whether a program here leaves many connections unaccepted.
  var isAcceptingFew: Bool { counts.unaccepted >= SocketThreshold.unclosed }

  /// The states of the sockets whose program a finding names; `nil` where no finding is about the service.
  func statesToReport(_ ports: EphemeralPorts) -> Set<HostSocket.State>? {
    let isCrowded = sources.contains { $0.share(of: ports).percent >= SocketThreshold.notable }
    var states: Set<HostSocket.State> = isClosingMany || isCrowded ? [.established, .synSent] : []
    if isLeavingMany { states.insert(.closeWait) }
    if isAcceptingFew { states.insert(.listen) }
    return states.isEmpty ? nil : states
  }
}

extension SocketService.Source {
  /// The share of the ports that it uses.
  func share(of ports: EphemeralPorts) -> Share { Share(part: self.ports, whole: ports.count) }
}
