namespace Orleans.Replication.Tests.Groups;

/// <summary>A running group for contract tests: what is true of a provider has to be true wherever it is written and wherever it is read.</summary>
internal interface IGroupFixture
{
    /// <summary>Where the test changes things.</summary>
    GroupMember Writer { get; }

    /// <summary>Where the test looks at them.</summary>
    GroupMember Reader { get; }
}
