"""Two tenants' stock, movements and notes, mapped and in tables: what the tests of tenancy try to get across."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from limen.controls.tenant_rows import TenantRows
from limen.integrity.tenant_ids import tenant_id

KEY = bytes(range(32))
FIRST = tenant_id({"npi": "1234567893", "facility": "F-014"}, KEY)
SECOND = tenant_id({"npi": "1302144559", "facility": "F-022"}, KEY)


class Base(DeclarativeBase):
    pass


class Stock(Base):
    __tablename__ = "stock"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64))
    ndc: Mapped[str] = mapped_column(String(20))
    quantity: Mapped[int] = mapped_column(default=0)
    moves: Mapped[list[Move]] = relationship(back_populates="stock")


class Move(Base):
    __tablename__ = "movement"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(64))
    stock_id: Mapped[int] = mapped_column(ForeignKey("stock.id"))
    note: Mapped[str] = mapped_column(String(50), default="")
    stock: Mapped[Stock] = relationship(back_populates="moves")


class Product(Base):
    __tablename__ = "product"
    ndc: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(50))


STOCK, MOVE, PRODUCT = Stock.__table__, Move.__table__, Product.__table__
ROWS = TenantRows.of(Base.metadata, shared=["product"])
FILL = f"""
insert into product (ndc, name) values ('0002-1433-80', 'Example');
insert into stock (id, tenant_id, ndc, quantity) values (1, '{FIRST}', 'ours', 5);
insert into stock (id, tenant_id, ndc, quantity) values (2, '{SECOND}', 'theirs', 7);
insert into stock (id, tenant_id, ndc, quantity) values (4, '{FIRST}', 'ours-too', 1);
insert into movement (id, tenant_id, stock_id, note) values (1, '{FIRST}', 1, 'ours');
insert into movement (id, tenant_id, stock_id, note) values (2, '{SECOND}', 2, 'theirs');
insert into movement (id, tenant_id, stock_id, note) values (3, '{SECOND}', 1, 'theirs on ours');
"""
"""What is in the tables; the last row is one that should never have been there."""
