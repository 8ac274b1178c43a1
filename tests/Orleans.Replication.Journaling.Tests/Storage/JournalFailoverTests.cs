using Orleans.Replication.Journaling.Tests.Groups;

namespace Orleans.Replication.Journaling.Tests.Storage;

/// <summary>A journal while the leader of its group goes away.</summary>
public sealed class JournalFailoverTests
{
    [Fact]
    public async Task What_is_appended_while_the_leader_goes_away_is_in_the_journal_once_and_in_order()
    {
        await using var group = new GroupOfThree();
        await group.InitializeAsync();
        var journal = group.Writer.Open("j");
        Task stopping = Task.CompletedTask;
        for (var i = 0; i < 40; i++)
        {
            if (i == 20)
                stopping = group.Leader.DisposeAsync().AsTask();
            await journal.AppendAsync(Reading.Bytes($"{i},"), TestContext.Current.CancellationToken);
            if (i == 30)
                await journal.ReplaceAsync(Reading.Bytes("snapshot,"), TestContext.Current.CancellationToken);
        }

        await stopping;
        var expected = $"snapshot,{string.Concat(Enumerable.Range(31, 9).Select(i => $"{i},"))}";
        Assert.Equal(expected, (await Reading.OfAsync(group.Reader.Open("j"))).Text);
    }
}
