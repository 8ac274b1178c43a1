using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Orleans.Replication.Analyzers;

/// <summary>ORPL0001: puts the leader's timestamp in the place of a date from the clock, where an <c>OperationContext</c> is at hand.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ContextTimestampFix)), Shared]
public sealed class ContextTimestampFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ["ORPL0001"];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        if (root?.FindNode(context.Span, getInnermostNodeForTie: true) is not MemberAccessExpressionSyntax clock || OperationContextParameter.At(clock) is not { } name)
            return;
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (model?.GetSymbolInfo(clock, context.CancellationToken).Symbol is not IPropertySymbol { ContainingType: { } type } property)
            return;
        var replacement = (type.Name, property.Name) switch
        {
            ("DateTimeOffset", "Now" or "UtcNow") => $"{name}.Timestamp",
            ("DateTime", "Now" or "UtcNow") => $"{name}.Timestamp.UtcDateTime",
            ("DateTime", "Today") => $"{name}.Timestamp.UtcDateTime.Date",
            _ => null,
        };
        if (replacement is null)
            return;
        var fixedRoot = root.ReplaceNode(clock, SyntaxFactory.ParseExpression(replacement).WithTriviaFrom(clock));
        context.RegisterCodeFix(
            CodeAction.Create($"Use {replacement}", _ => Task.FromResult(context.Document.WithSyntaxRoot(fixedRoot)), nameof(ContextTimestampFix)),
            context.Diagnostics);
    }
}
