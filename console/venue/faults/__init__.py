"""Misbehaviour on command: of routes, of streams, of their conversations."""
