using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Orleans.Replication.Analyzers;

/// <summary>
/// The rules, one for each way in which replicas that run the same operations come to different states. In each message, <c>{0}</c> is what was
/// found and <c>{1}</c> the way from the operation to it.
/// </summary>
internal static class DeterminismRules
{
    public const string Category = "Determinism";
    public const string ClockId = "ORPL0001";
    public const string NewGuidId = "ORPL0002";
    public const string RandomId = "ORPL0003";
    public const string InputOutputId = "ORPL0004";
    public const string EnvironmentId = "ORPL0005";
    public const string CultureId = "ORPL0006";
    public const string ConcurrencyId = "ORPL0007";
    public const string UnorderedId = "ORPL0008";
    public const string HashCodeId = "ORPL0009";
    public const string StaticStateId = "ORPL0010";
    public const string MutationId = "ORPL0011";

    public static readonly Rule Clock = Create(
        ClockId,
        "An operation reads no clock",
        "'{0}' in '{1}' reads this machine's clock, and each replica has its own: use context.Timestamp",
        "Every replica runs the operation at another time, and again after a restart. OperationContext.Timestamp is the leader's clock, the same for all.");

    public static readonly Rule NewGuid = Create(
        NewGuidId,
        "An operation makes no new Guid",
        "'{0}' in '{1}' gives each replica another Guid: make it before, and pass it as an argument of the operation",
        "Make the Guid in the grain and give it to the operation's constructor: the log then carries it to every replica.");

    public static readonly Rule Random = Create(
        RandomId,
        "An operation seeds its random numbers",
        "'{0}' in '{1}' gives each replica other numbers: use new Random(unchecked((int)context.Seed)), or pass the number as an argument",
        "OperationContext.Seed is different for each operation and the same on every replica. What has to be secret is made before, and passed as an argument.");

    public static readonly Rule InputOutput = Create(
        InputOutputId,
        "An operation does no I/O",
        "'{0}' in '{1}' does I/O, which differs between replicas and happens on each of them: do it in the grain, and pass what was read as an argument",
        "Files, consoles, processes and networks answer differently on each machine, and an effect would happen once for each replica and again after a restart.");

    public static readonly Rule Environment = Create(
        EnvironmentId,
        "An operation does not look at its machine",
        "'{0}' in '{1}' depends on the machine or process it runs in: read it in the grain, and pass it as an argument",
        "Environment variables, machine names, operating system, time zone and settings differ between the silos.");

    public static readonly Rule Culture = Create(
        CultureId,
        "An operation does not depend on the culture",
        "'{0}' in '{1}' depends on the current culture of the silo: give it CultureInfo.InvariantCulture, or for the order and comparison of strings StringComparer.Ordinal or StringComparison.Ordinal",
        "The current culture decides how numbers and dates are written and read, and how strings are sorted. It comes from the machine's settings.");

    public static readonly Rule Concurrency = Create(
        ConcurrencyId,
        "An operation does not await, start or lock",
        "'{0}' in '{1}' depends on when threads run: an operation runs from beginning to end on one thread; do the waiting in the grain",
        "Apply is synchronous, and what other threads do has no order that replicas share. It runs alone, so it needs no lock.");

    public static readonly Rule Unordered = Create(
        UnorderedId,
        "An operation goes through collections in a defined order",
        "'{0}' in '{1}' is gone through in an order that may differ between replicas: order it first, or keep an ImmutableArray or an ImmutableSortedDictionary in the state",
        "The order of hash tables depends on the process and on what was added and removed before. Looking up and counting are fine, and so is .Order() or .OrderBy(…) directly on it.");

    public static readonly Rule HashCode = Create(
        HashCodeId,
        "An operation uses no hash codes",
        "'{0}' in '{1}' differs between processes: compare the values themselves, or compute a stable hash such as SHA-256 or XxHash64",
        "Hash codes of strings and of System.HashCode have a random seed for each process, those of objects depend on their identity.");

    public static readonly Rule StaticState = Create(
        StaticStateId,
        "An operation touches no static mutable state",
        "'{0}' in '{1}' is state of the process, not of the group: keep it in the replicated state, or make it const or readonly with an immutable type",
        "What is static is not replicated, not in the snapshot, and lost by a restart.");

    public static readonly Rule Mutation = Create(
        MutationId,
        "An operation does not change the state in place",
        "'{0}' in '{1}' changes the state that was passed in: return a new one (state with {{ … }}, immutable collections, or a copy)",
        "Readers see the object that was passed in, an operation that throws must leave it as it was, and returning it means that nothing changed and nothing is written.");

    /// <summary>All of them, in the order of their ids.</summary>
    public static readonly ImmutableArray<Rule> All =
        [Clock, NewGuid, Random, InputOutput, Environment, Culture, Concurrency, Unordered, HashCode, StaticState, Mutation];

    private static Rule Create(string id, string title, string message, string description) =>
        new(Describe(id, title, message, description), Describe(id, title, message, description, WellKnownDiagnosticTags.CompilationEnd));

    private static DiagnosticDescriptor Describe(string id, string title, string message, string description, params string[] tags) =>
        new(id, title, message, Category, DiagnosticSeverity.Warning, isEnabledByDefault: true, description, helpLinkUri: null, tags);
}
