// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// The command `ipvs-timeout show`.
struct ShowCommand: InvocationCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print the timeouts (the default command).",
    discussion: "A timeout whose protocol the kernel was built without is printed as -, in JSON as null.")

  @OptionGroup var common: CommonOptions

  func invocation() throws(Failure) -> Invocation {
    .show(common.output, common.access)
  }
}
