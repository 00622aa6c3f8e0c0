// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// The command `ipvs-timeout doctor`.
struct DoctorCommand: InvocationCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check what may keep the timeouts from having an effect.",
    discussion: """
      Each check says ok, note or problem, and the fact that this rests on; then what follows from it, and the command \
      that cures it. Nothing is changed.

      Exit status 0: there is no problem. 1: there is one.

      Examples:
        ipvs-timeout doctor
        ipvs-timeout doctor --netns ingress_sbox
        ipvs-timeout doctor --format json
      """)

  @OptionGroup var output: OutputOptions

  @OptionGroup var access: AccessOptions

  func invocation() throws(Failure) -> Invocation {
    .doctor(try output.output([.text, .json]), access.access)
  }
}
