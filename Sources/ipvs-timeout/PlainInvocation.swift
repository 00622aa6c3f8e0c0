// SPDX-License-Identifier: Apache-2.0

internal import Ipvsadm

extension Invocation {
  /// Recognises the command lines that are used most: `show`, `set` with three plain numbers, ipvsadm's two forms.
  ///
  /// `nil` for anything else, which is left to ``init(_:)``. It takes some of the same command lines, and then with the
  /// same result; going through the argument parser costs more than all the rest of the program.
  init?(_ arguments: PlainArguments) {
    switch arguments.count {
    case 0:
      self = .show(Output(), Access())
    case 1 where arguments.matches(0, "show"):
      self = .show(Output(), Access())
    case 2 where arguments.matches(1, "--timeout"):
      guard arguments.matches(0, "-L") || arguments.matches(0, "-l") || arguments.matches(0, "-Ln") else { return nil }
      self = .ipvsadm(.list)
    case 4 where arguments.matches(0, "set"):
      guard let wanted = arguments.timeouts(from: 1) else { return nil }
      self = .set(wanted, isDryRun: false, Output(), Access())
    case 4 where arguments.matches(0, "--set"):
      guard let wanted = arguments.timeouts(from: 1) else { return nil }
      self = .ipvsadm(.set(wanted))
    default:
      return nil
    }
  }
}
