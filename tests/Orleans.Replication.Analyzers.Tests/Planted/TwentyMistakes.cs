using System.Collections.Immutable;
using System.Diagnostics;
using Orleans.Replication;

namespace Planted;

/// <summary>A state that an operation can spoil in every way.</summary>
public sealed class Ledger
{
    public long Balance { get; set; }

    public Dictionary<string, long> Accounts { get; set; } = [];

    public List<string> Entries { get; set; } = [];

    public ImmutableHashSet<int> Tags { get; set; } = [];
}

/// <summary>Twenty mistakes, each on a line that names the rule.</summary>
public sealed record Post(long Amount, string Text) : IReplicatedOperation<Ledger, string>
{
    private static int s_posted;
    private static readonly List<string> Recent = [];

    public OperationResult<Ledger, string> Apply(Ledger state, in OperationContext context)
    {
        var at = DateTime.UtcNow; // ORPL0001
        var watch = Stopwatch.StartNew(); // ORPL0001
        var id = Guid.NewGuid(); // ORPL0002
        var luck = Random.Shared.Next(6); // ORPL0003
        var generator = new Random(); // ORPL0003
        var rates = File.ReadAllText("rates.txt"); // ORPL0004
        Console.WriteLine(Text); // ORPL0004
        var machine = Environment.MachineName; // ORPL0005
        var amount = Amount.ToString(); // ORPL0006
        var parsed = decimal.Parse(Text); // ORPL0006
        Task.Delay(1).Wait(); // ORPL0007
        lock (state) // ORPL0007
            Recent.Add(Text); // ORPL0010
        foreach (var account in state.Accounts) // ORPL0008
            _ = account.Key.Length;
        var tags = state.Tags.ToArray(); // ORPL0008
        var bucket = Text.GetHashCode() % 8; // ORPL0009
        s_posted += 1; // ORPL0010
        state.Balance += Amount; // ORPL0011
        state.Entries.Add(Text); // ORPL0011
        return (new Ledger { Balance = Helper.Stamp() }, amount);
    }
}

/// <summary>What the operation calls is part of it.</summary>
internal static class Helper
{
    public static long Stamp() => DateTimeOffset.Now.Ticks; // ORPL0001
}
