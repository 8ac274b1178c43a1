using Bank.Grains;

namespace Bank.Demonstration;

/// <summary>Compares what the bank has with what the tellers wrote down.</summary>
internal static class Audit
{
    /// <summary>Checks the branches, as one replica has them, against the books.</summary>
    public static IReadOnlyList<AuditFinding> Compare(IReadOnlyList<Branch> branches, IReadOnlyList<Books> books) =>
    [
        TotalIsUnchanged(branches),
        EveryAcknowledgedTransferIsThereOnce(branches, books),
        UnknownTransfersAreThereAtMostOnce(branches, books),
        NothingElseIsThere(branches, books),
        EveryBalanceFollowsFromTheBooks(branches, books),
    ];

    /// <summary>Checks that all replicas have the same state.</summary>
    public static AuditFinding ReplicasAreEqual(IReadOnlyList<ReplicaState> replicas)
    {
        var digests = replicas.Select(replica => replica.Digest).Distinct().ToArray();
        return new(
            "All replicas hold the same state",
            digests.Length == 1 ? $"{replicas.Count} × {digests[0][..12]}" : string.Join(" ≠ ", digests.Select(digest => digest[..12])),
            digests.Length == 1);
    }

    private static AuditFinding TotalIsUnchanged(IReadOnlyList<Branch> branches)
    {
        var opened = (long)branches.Count * Branch.Accounts * Branch.OpeningBalance;
        var total = branches.Sum(branch => branch.Balances.Sum());
        var overdrawn = branches.Sum(branch => branch.Balances.Count(balance => balance < 0));
        return new(
            "No money appeared or vanished",
            $"{total:N0} of {opened:N0}" + (overdrawn > 0 ? $", {overdrawn} accounts overdrawn" : ""),
            total == opened && overdrawn == 0);
    }

    private static AuditFinding EveryAcknowledgedTransferIsThereOnce(IReadOnlyList<Branch> branches, IReadOnlyList<Books> books)
    {
        var acknowledged = Orders(books, OrderState.Acknowledged).ToArray();
        var lost = acknowledged.Count(order => !IsExecuted(branches, order));
        var twice = branches.Sum(branch => branch.Executed.Sum(numbers => numbers.Duplicates));
        return new("Every acknowledged transfer is there, once", $"{acknowledged.Length:N0} acknowledged, {lost} lost, {twice} executed twice", lost == 0 && twice == 0);
    }

    private static AuditFinding UnknownTransfersAreThereAtMostOnce(IReadOnlyList<Branch> branches, IReadOnlyList<Books> books)
    {
        var unknown = Orders(books, OrderState.Unknown).ToArray();
        var executed = unknown.Count(order => IsExecuted(branches, order));

        // That none of them was executed twice follows from the number of duplicates, and from the balances.
        var twice = branches.Sum(branch => branch.Executed.Sum(numbers => numbers.Duplicates));
        return new("Transfers of unknown outcome are there at most once", $"{unknown.Length} unknown, {executed} executed", twice == 0);
    }

    private static AuditFinding NothingElseIsThere(IReadOnlyList<Branch> branches, IReadOnlyList<Books> books)
    {
        var executed = branches.Sum(branch => branch.Executed.Sum(numbers => numbers.Count));
        var known = Orders(books, OrderState.Acknowledged).Concat(Orders(books, OrderState.Unknown)).Count(order => IsExecuted(branches, order));
        return new("No transfer that nobody ordered, or that was declined", $"{executed:N0} executed, {executed - known} of them strange", executed == known);
    }

    private static AuditFinding EveryBalanceFollowsFromTheBooks(IReadOnlyList<Branch> branches, IReadOnlyList<Books> books)
    {
        var expected = branches.Select(_ => new Branch().Balances.ToArray()).ToArray();
        foreach (var desk in books)
        {
            foreach (var (order, _) in desk.Orders.Where(entry => branches[desk.Branch].Executed[desk.Desk].Contains(entry.Order.Number)))
            {
                expected[desk.Branch][order.From] -= order.Amount;
                expected[desk.Branch][order.To] += order.Amount;
            }
        }

        var wrong = branches.Select((branch, i) => branch.Balances.Zip(expected[i]).Count(pair => pair.First != pair.Second)).Sum();
        return new("Every balance follows from the tellers' own books", $"{branches.Count * Branch.Accounts} accounts, {wrong} wrong", wrong == 0);
    }

    private static IEnumerable<(int Branch, int Desk, long Number)> Orders(IReadOnlyList<Books> books, OrderState state) =>
        from desk in books from entry in desk.Orders where entry.State == state select (desk.Branch, desk.Desk, entry.Order.Number);

    private static bool IsExecuted(IReadOnlyList<Branch> branches, (int Branch, int Desk, long Number) order) =>
        branches[order.Branch].Executed[order.Desk].Contains(order.Number);
}
