using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Bank.Grains;

/// <summary>The replicated state of a branch. A branch that nobody has written to yet has its accounts as they are opened.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Bank.Branch")]
public sealed record Branch
{
    /// <summary>How many accounts a branch has.</summary>
    public const int Accounts = 12;

    /// <summary>How many desks take orders at a branch.</summary>
    public const int Desks = 4;

    /// <summary>What is on each account in the beginning.</summary>
    public const long OpeningBalance = 1_000;

    /// <summary>What is on each account.</summary>
    [Id(0)]
    public ImmutableArray<long> Balances { get; init; } = [.. Enumerable.Repeat(OpeningBalance, Accounts)];

    /// <summary>The numbers of the executed transfers, for each desk.</summary>
    [Id(1)]
    public ImmutableArray<NumberSet> Executed { get; init; } = [.. Enumerable.Repeat(NumberSet.Empty, Desks)];

    /// <summary>A fingerprint of all the above: equal on two replicas when, and only when, their states are.</summary>
    public byte[] ComputeDigest() =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{string.Join(',', Balances)};{string.Join(';', Executed)}"));
}
