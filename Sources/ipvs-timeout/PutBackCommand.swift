// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// The command `ipvs-timeout put-back`.
struct PutBackCommand: InvocationCommand {
  static let configuration = CommandConfiguration(
    commandName: "put-back",
    abstract: "Put back what an earlier `try` or `with` has left set.",
    discussion: """
      What is still as it was set then becomes again what it was before; what has been changed since stays, and is told. \
      Where nothing was left, nothing is done.
      """)

  @Flag(help: "Leave the timeouts as they are, and speak of it no more.")
  var keep = false

  @OptionGroup var output: OutputOptions

  func invocation() throws(Failure) -> Invocation {
    .putBack(isKeeping: keep, try output.output([.text, .json]))
  }
}
