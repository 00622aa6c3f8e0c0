// SPDX-License-Identifier: Apache-2.0

/// What is known of the machine around its directors: looked up once, the same for all of them.
public struct Surroundings: Sendable {
  /// Looks at the machine.
  public init() {}
}
