// SPDX-License-Identifier: Apache-2.0

internal import Text

/// The meaning of an option of ipvsadm 1.31 for commands on timeouts.
enum IpvsadmOption: Equatable {
  /// `-L`, `-l`, `--list`.
  case list
  /// `--set`.
  case set
  /// An operation that is not about timeouts.
  case otherOperation(Argument)
  /// `--timeout`, which lists the timeouts instead of the services, or an option that may accompany it. Each may be
  /// given once.
  case listing(ListingOption)
  /// `--sort`, which ipvsadm ignores.
  case sort
  /// An option of other operations only.
  case otherOperationOption(Argument)

  /// Whether an option has an argument.
  ///
  /// An optional argument does not begin with `-`.
  enum Argument {
    case none
    case optional
    case required
  }

  /// Whether the option has an argument.
  var argument: Argument {
    switch self {
    case .list, .set, .sort: .none
    case .listing(let option): option == .syncID ? .required : .none
    case .otherOperation(let argument), .otherOperationOption(let argument): argument
    }
  }

  /// Finds an option by its long name, without the two dashes.
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
      self = .otherOperationOption(.none)
    case "tcp-service", "udp-service", "sctp-service", "fwmark-service", "scheduler", "netmask",
      "real-server", "weight", "u-threshold", "l-threshold", "mcast-interface", "pe", "sched-flags", "mcast-group",
      "mcast-port", "mcast-ttl", "sync-maxlen", "tun-type", "tun-port":
      self = .otherOperationOption(.required)
    case "persistent": self = .otherOperationOption(.optional)
    default: return nil
    }
  }

  /// Finds an option by its letter.
  init?(short letter: UInt8) {
    switch Character(Unicode.Scalar(letter)) {
    case "L", "l": self = .list
    case "n": self = .listing(.numeric)
    case "X": self = .listing(.exact)
    case "A", "E", "D", "C", "Z", "a", "e", "d", "h", "v", "R", "S": self = .otherOperation(.none)
    case "m", "i", "g", "c", "6", "o": self = .otherOperationOption(.none)
    case "t", "u", "f", "s", "M", "r", "w", "x", "y", "b": self = .otherOperationOption(.required)
    case "p": self = .otherOperationOption(.optional)
    default: return nil
    }
  }
}

/// Options of `-L`.
///
/// Only `timeout` changes the output of `-L --timeout`.
struct ListingOption: OptionSet {
  let rawValue: UInt8

  static let timeout = ListingOption(rawValue: 1)
  static let numeric = ListingOption(rawValue: 2)
  static let exact = ListingOption(rawValue: 4)
  static let nosort = ListingOption(rawValue: 8)
  static let tunnelInfo = ListingOption(rawValue: 16)
  /// Has an argument: a number from 0 to 255.
  static let syncID = ListingOption(rawValue: 32)
}

/// The reason why a command line in ipvsadm's language is refused.
package enum IpvsadmRefusal: Error, Sendable, Hashable {
  /// A value of `--set` that ipvsadm does not accept.
  case invalidValue(String)
  /// `--set` with fewer than three values.
  case tooFewValues
  /// An argument too many.
  case unexpectedArgument(String)
  /// An operation of ipvsadm that is not about timeouts.
  case otherOperation(String)
  /// An option of ipvsadm that does not belong to the operation.
  case misplacedOption(String)
  /// A second use of an option that may be given once.
  case repeatedOption(String)
  /// An argument of `--syncid` that is not a number from 0 to 255.
  case invalidSyncID(String)
  /// `-L` without `--timeout`.
  case listWithoutTimeout
  /// An option that ipvsadm does not have, or whose argument is missing or not allowed.
  case unknownOption(String)

  /// An option before the operation.
  case optionBeforeOperation(String)

  /// The exit status, the same as that of ipvsadm.
  package var status: Int32 {
    switch self {
    case .unknownOption, .optionBeforeOperation: 255
    case .invalidValue, .tooFewValues, .unexpectedArgument, .otherOperation, .misplacedOption, .repeatedOption,
      .invalidSyncID, .listWithoutTimeout:
      2
    }
  }

  /// Whether the message is the same as that of ipvsadm, word for word.
  package var isIpvsadmsOwn: Bool {
    switch self {
    case .invalidValue, .tooFewValues, .unexpectedArgument: true
    case .otherOperation, .misplacedOption, .repeatedOption, .invalidSyncID, .listWithoutTimeout, .unknownOption,
      .optionBeforeOperation:
      false
    }
  }
}

extension IpvsadmRefusal: CustomStringConvertible {
  /// The sentence for people.
  package var description: String {
    switch self {
    case .invalidValue(let text):
      "invalid timeout value `\(text)' specified"
    case .tooFewValues:
      "--set option requires 3 timeout values"
    case .unexpectedArgument(let text):
      "unexpected argument \(text)"
    case .otherOperation(let text):
      "\"\(text.printable)\" is an operation of ipvsadm that does not concern the timeouts; use ipvsadm for it"
    case .misplacedOption(let text):
      "the option \"\(text.printable)\" does not go with --set or -L --timeout; use ipvsadm for other operations"
    case .repeatedOption(let text):
      "the option \"\(text.printable)\" is given twice; give it once"
    case .invalidSyncID(let text):
      "\"\(text.printable)\" is not valid for --syncid; write a number from 0 to 255"
    case .listWithoutTimeout:
      "-L alone lists services; use ipvsadm for that, or -L --timeout for the timeouts"
    case .optionBeforeOperation(let text):
      "\"\(text.printable)\" comes before the operation; write --set or -L first, as for ipvsadm"
    case .unknownOption(let text):
      "--set and -L --timeout have no option \"\(text.printable)\" (options are not abbreviated);"
        + " run `ipvs-timeout --help`"
    }
  }
}
