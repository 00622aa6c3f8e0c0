// SPDX-License-Identifier: Apache-2.0

/// The result of a renewal in one network namespace, or its plan.
public struct RenewalReport: Sendable, Hashable {
  /// Why a connection keeps its timer.
  public enum Reason: String, CaseIterable, Sendable {
    /// No timeout sets the timer of its state.
    case fixedState = "fixed-state"
    /// It is a persistence template, whose timer is the persistence of its service (`ipvsadm -p`).
    ///
    /// Only templates have the data of a persistence engine.
    case template
    /// It is a control connection of FTP: the renewal would reset its sequence numbers.
    case ftpControl = "ftp-control"
    /// Its real server has an address of another family than its client, which the sync protocol cannot carry.
    case mixedAddressFamilies = "mixed-address-families"
    /// Its time is up within two seconds.
    case aboutToEnd = "about-to-end"
  }

  /// The number of connections that the filter accepts, templates included.
  public internal(set) var count = 0
  /// The number of connections with a new timer; in a plan, the number that will get one.
  public internal(set) var renewed = 0
  /// How many of these had no packet for longer than their timeout; `nil` if that is not known.
  ///
  /// They end with their new timer unless a packet arrives. It is exact if ``RenewalRule/previous`` set their timers. If
  /// not, the longest timer in the same state is used as the old timeout.
  public internal(set) var silentTooLong: Int?
  /// The number of connections that keep their timer, by reason.
  public internal(set) var kept: [Reason: Int] = [:]
  /// The number of connections that need a new timer and have not got one.
  public internal(set) var outdated = 0
  /// The number of connections that ended, or changed their state, while they were renewed.
  public internal(set) var gone = 0
  /// The number of entries that the kernel created again, because the connection had just ended.
  ///
  /// They end within a second.
  public internal(set) var recreated = 0
  /// Whether the renewal was ended early, by the caller.
  public internal(set) var isInterrupted = false

  /// Creates a report, for tests of your code.
  public init() {}
}
