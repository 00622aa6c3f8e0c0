// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Ipvsadm

/// What a command line asks for: nothing in it needs to be checked again.
enum Invocation: Hashable {
  /// Print the timeouts.
  case show(Output, Access)
  /// Set the timeouts that are named.
  case set(Timeouts, isDryRun: Bool, Output, Access)
  /// Compare the timeouts that are named.
  case verify(Timeouts, Output, Access)
  /// One of ipvsadm's own forms.
  case ipvsadm(IpvsadmCommand)
  /// Print a text that the argument parser made: help, the version, a completion script.
  case text(String)

  /// How to write the result.
  struct Output: Hashable {
    var format = Format.text
    var isQuiet = false
  }

  /// How to reach the timeouts.
  struct Access: Hashable {
    var backend = BackendChoice.auto
    var ipvsadm: String?
  }

  /// Reads a command line: the plainest forms by hand, because the full parser takes longer than all the rest; then
  /// ipvsadm's language; then everything else.
  ///
  /// - Throws: ``Failure``, for a command line that is not understood.
  init(_ arguments: [String]) throws(Failure) {
    if let plain = Invocation(plain: arguments) {
      self = plain
    } else if !RootCommand.isNamed(in: arguments), IpvsadmGrammar.isSpoken(in: arguments) {
      do { self = .ipvsadm(try IpvsadmGrammar.parse(arguments)) } catch { throw Failure(error) }
    } else {
      self = try RootCommand.invocation(arguments)
    }
  }

  /// Recognises `show` and `set` with three plain numbers; `nil` for anything else.
  init?(plain arguments: [String]) {
    switch (arguments.first, arguments.count) {
    case (nil, _), ("show", 1):
      self = .show(Output(), Access())
    case ("set", 4):
      let isPlain = arguments.dropFirst().allSatisfy { text in
        text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
      }
      guard isPlain, let wanted = try? Timeouts(texts: arguments[1...]) else { return nil }
      self = .set(wanted, isDryRun: false, Output(), Access())
    default:
      return nil
    }
  }
}

extension Timeouts {
  /// The three values as people write them, in order.
  ///
  /// - Throws: `InvalidTimeoutText`.
  init(texts: some Sequence<String>) throws(InvalidTimeoutText) {
    self.init()
    for (name, text) in zip(Name.allCases, texts) {
      self[name] = try TimeoutText.parse(text, for: name)
    }
  }
}
