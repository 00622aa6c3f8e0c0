// SPDX-License-Identifier: Apache-2.0

internal import Text

/// Why a command line in ipvsadm's language is not carried out.
public enum IpvsadmRefusal: Error, Sendable, Hashable {
  /// A value of `--set` that ipvsadm does not take.
  case invalidValue(String)
  /// `--set` with fewer than three values.
  case tooFewValues
  /// An argument too many.
  case unexpectedArgument(String)
  /// An operation of ipvsadm's other than the two that concern timeouts.
  case otherOperation(String)
  /// An option of ipvsadm's that does not go with the operation.
  case misplacedOption(String)
  /// An option that may be given once.
  case repeatedOption(String)
  /// An argument of an option that is not a number from 0 to 255.
  case invalidSyncID(String)
  /// `-L` without `--timeout`.
  case listWithoutTimeout
  /// An option that ipvsadm does not have, or one with an argument it does not take, or without one that it needs.
  case unknownOption(String)

  /// An option before the operation.
  case optionBeforeOperation(String)

  /// The exit status, which is ipvsadm's.
  public var status: Int32 {
    switch self {
    case .unknownOption, .optionBeforeOperation: 255
    case .invalidValue, .tooFewValues, .unexpectedArgument, .otherOperation, .misplacedOption, .repeatedOption,
      .invalidSyncID, .listWithoutTimeout:
      2
    }
  }

  /// Whether the message is ipvsadm's own, word for word.
  public var isIpvsadmsOwn: Bool {
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
  public var description: String {
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
      "\"\(text.printable)\" is not a number from 0 to 255, which --syncid takes"
    case .listWithoutTimeout:
      "-L alone lists services, which is ipvsadm's work; -L --timeout lists the timeouts"
    case .optionBeforeOperation(let text):
      "\"\(text.printable)\" stands before the operation; in ipvsadm's language --set or -L comes first"
    case .unknownOption(let text):
      "the option \"\(text.printable)\" is none that --set or -L --timeout takes (there are no abbreviations);"
        + " run `ipvs-timeout --help`"
    }
  }
}
