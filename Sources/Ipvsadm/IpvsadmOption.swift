// SPDX-License-Identifier: Apache-2.0

/// What an option of ipvsadm 1.31 means where the timeouts are concerned.
enum IpvsadmOption: Equatable {
  /// `-L`, `-l`, `--list`.
  case list
  /// `--set`.
  case set
  /// An operation that has nothing to do with the timeouts.
  case otherOperation(Argument)
  /// `--timeout`, which lists the timeouts and not the services, or what may stand beside it; each once.
  case listing(ListingOption)
  /// `--sort`, which ipvsadm ignores everywhere.
  case sort
  /// Goes with other operations only.
  case foreign(Argument)

  /// Whether an option takes an argument; an optional one does not begin with `-`.
  enum Argument {
    case none
    case optional
    case required
  }

  /// Whether the option takes an argument.
  var argument: Argument {
    switch self {
    case .list, .set, .sort: .none
    case .listing(let option): option == .syncID ? .required : .none
    case .otherOperation(let argument), .foreign(let argument): argument
    }
  }

  /// The option of this long name, without its two dashes.
  init?(long name: some StringProtocol) {
    switch name {
    case "list": self = .list
    case "set": self = .set
    case "timeout": self = .listing(.timeout)
    case "numeric": self = .listing(.numeric)
    case "exact": self = .listing(.exact)
    case "nosort": self = .listing(.nosort)
    case "tun-info": self = .listing(.tunnelInfo)
    case "syncid": self = .listing(.syncID)
    case "sort": self = .sort
    case "add-service", "edit-service", "delete-service", "clear", "zero", "add-server", "edit-server",
      "delete-server", "help", "version", "restore", "save":
      self = .otherOperation(.none)
    case "start-daemon", "stop-daemon": self = .otherOperation(.required)
    case "masquerading", "ipip", "gatewaying", "connection", "daemon", "stats", "rate", "thresholds",
      "persistent-conn", "ipv6", "ops", "tun-nocsum", "tun-csum", "tun-remcsum":
      self = .foreign(.none)
    case "tcp-service", "udp-service", "sctp-service", "fwmark-service", "scheduler", "netmask",
      "real-server", "weight", "u-threshold", "l-threshold", "mcast-interface", "pe", "sched-flags", "mcast-group",
      "mcast-port", "mcast-ttl", "sync-maxlen", "tun-type", "tun-port":
      self = .foreign(.required)
    case "persistent": self = .foreign(.optional)
    default: return nil
    }
  }

  /// The option of this letter.
  init?(short letter: UInt8) {
    switch Character(Unicode.Scalar(letter)) {
    case "L", "l": self = .list
    case "n": self = .listing(.numeric)
    case "X": self = .listing(.exact)
    case "A", "E", "D", "C", "Z", "a", "e", "d", "h", "v", "R", "S": self = .otherOperation(.none)
    case "m", "i", "g", "c", "6", "o": self = .foreign(.none)
    case "t", "u", "f", "s", "M", "r", "w", "x", "y", "b": self = .foreign(.required)
    case "p": self = .foreign(.optional)
    default: return nil
    }
  }
}

/// Options that go with `-L`; all but `timeout` change nothing to what `-L --timeout` prints.
struct ListingOption: OptionSet {
  let rawValue: UInt8

  static let timeout = ListingOption(rawValue: 1)
  static let numeric = ListingOption(rawValue: 2)
  static let exact = ListingOption(rawValue: 4)
  static let nosort = ListingOption(rawValue: 8)
  static let tunnelInfo = ListingOption(rawValue: 16)
  /// Takes an argument, a number from 0 to 255.
  static let syncID = ListingOption(rawValue: 32)
}
