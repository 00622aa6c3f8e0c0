// SPDX-License-Identifier: Apache-2.0

/// A check, by the name under which its findings are told.
public enum Check: String, CaseIterable, Sendable {
  /// Whether IPVS is there, talks to the caller, and has anything to do.
  case ipvs
  /// What the timeouts are.
  case timeouts
  /// Sockets of the host's own in TIME_WAIT, by service.
  case timeWait = "time-wait"
  /// Connections that the other end has closed, and a program here has not.
  case closeWait = "close-wait"
  /// Connections that this end has closed, and the other has not.
  case finWait = "fin-wait"
  /// How many of the ports for outgoing connections are taken.
  case ports
  /// How many of the sockets that may be in TIME_WAIT are.
  case timeWaitBuckets = "tw-buckets"
  /// What the kernel's settings of TCP are that are blamed, or copied, where there is much TIME_WAIT.
  case tcpSettings = "tcp-settings"
  /// Whether the timeouts are as the policy wants, and stay so.
  case policy
  /// Whether other network namespaces use IPVS with other timeouts.
  case namespaces
  /// Which connections are still on a longer timer.
  case outdated
  /// How many connections are in states that no timeout rules.
  case fixedStates = "fixed-states"
  /// Whether idle connections are cut while both ends believe in them.
  case keepalive
  /// Whether conntrack forgets connections before IPVS does.
  case conntrack
  /// Which settings of the kernel's change how entries end.
  case settings
  /// Who writes the timeouts next.
  case writers
}
